"""The kinds of KubeStash: addresses as plain data, contents as frozen models. Pure.

`resources` says where a kind lives in the API and loads nothing else. The models load pydantic, so
they are imported where a decision is taken, by the module that holds the kind; `kinds` has them
all. `schema` makes CustomResourceDefinitions of them, `manifest_check` judges manifests by those.
"""
