#!/usr/bin/python3
"""The command of the official image, which is the wheel's own server."""
import sys

sys.path.insert(0, "/opt/chroma")
import chromadb_rust_bindings

chromadb_rust_bindings.cli(["chroma", *sys.argv[1:]])
