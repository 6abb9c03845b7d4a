"""Every text of the page, one file a language; catalogue.py reads them."""
