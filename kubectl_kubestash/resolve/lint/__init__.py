"""What is wrong with manifests, told without a cluster: file, line, column and field.

`yaml_reader` makes values of texts and remembers where each field stands; `manifests` says which of
them are objects of ours; `judgement` asks the schemas and the checks of `resolve.validation`.
"""
