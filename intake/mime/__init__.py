"""From the bytes of a mail to what a person reads in it: MIME, charsets, headers, addresses, attachments, HTML.

Read in this order: `prescan` bounds the bytes, `boundaries` finds the lines that part them, `reader` makes the tree, `body` and
`attachments` give each leaf its role, `contents` puts the message together. `defects` names everything that may be wrong.
"""
