"""Our Addons and Functions, as YAML."""
