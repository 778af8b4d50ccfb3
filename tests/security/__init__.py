"""Attacks that other help desks fell to, each a test named by its case and the CVE or issue that it stands for.

Over the wire, against the whole daemon: `test_on_the_wire` (L-02, L-08, L-09, S-01, S-03, S-06, H-05, A11), `test_web` (H-01 to
H-03), `test_files`. In their many forms, without the wires:

- Loops and floods: L-01 to L-08 and L-10 in `test_loops`;
  the cap of a domain where transactions meet in `tests/store/test_facts`.
- Who wrote this: S-01 to S-04 and S-12 in `test_staff_spoofs`, S-05 in `test_staff_genuine`; S-09 and S-10 in `test_outsiders`.
- Disclosure: S-06 to S-08 and S-13 in `test_outsiders`.
- Letters: S-11 in `test_letters` and `tests/intake/staff/test_relay`; S-14 in `test_outsiders` and `tests/intake/letters`; S-15
  in `test_letters`, and by direct SQL in `tests/store/test_audience`.
- Files: P-08 in `test_files`, `tests/intake/mime/test_magic` and `tests/workers/verbs/test_exporting`.
- The web: more of H-01 and H-02 in `tests/channels/test_webhook` and `test_http`, and `tests/faults/test_overload`; H-04 in
  `test_web_pages`; more of H-05 in `tests/workers/verbs/test_looking` and `test_exporting`, and
  `tests/workers/watching/test_log`.
- Data: D-01 in `test_erasure`; D-02 in `test_tamper` and `tests/store/test_audit`; D-03 and D-04 in `test_restoring`.
- Secrets: `test_secrets`.
"""
