"""One file for each way to show pixels; all keep the contract in `contract.py`."""
