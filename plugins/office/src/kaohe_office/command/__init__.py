"""The commands of this plugin, a module each; named in the entry-point group kaohe.commands."""
