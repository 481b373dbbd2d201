"""TLS settings made into contexts of the ssl module: profiles, ciphers, keys, certificates, revocation lists.

No connection is made here; sessions and their failures belong to ``wire``.
"""
