"""The verbs. One verb, one file, one public function of that name; its first statement asks permission.

Every action takes the unit of work first and commits nothing itself.
"""
