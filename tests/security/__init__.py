"""Attacks that other help desks fell to, each a test named by its case and the CVE or issue that it stands for.

    loops and floods    L-01 to L-08, L-10 test_loops; L-09 tests/channels/test_imap
    who wrote this      S-01 to S-05 test_staff_spoofs, test_staff_genuine; S-09, S-10 test_outsiders
    disclosure          S-06 to S-08, S-13 test_outsiders
    letters             S-11 test_letters; S-14 test_outsiders, tests/intake/test_compose; S-15 tests/store/test_audience
    the web             H-01 to H-03 test_web, tests/channels; H-04 test_web_pages; H-05 tests/workers/verbs, tests/workers/test_log
    tampering, secrets  D-02 test_tamper, tests/store/test_audit; test_secrets
"""
