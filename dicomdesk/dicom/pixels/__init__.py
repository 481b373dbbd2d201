"""Pixel data: codestreams read and checked, frames decoded and encoded, within bounds.

Knows the attributes of images; no file and no transfer syntax of a peer is chosen here.
"""
