"""From a city's document to its plugin: `kaohe new`, `kaohe lint`, `kaohe rubric-diff`."""
