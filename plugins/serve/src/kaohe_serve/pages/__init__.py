"""The workbench: pages rendered here, for a browser that fetches nothing from elsewhere."""
