"""What a border of ours writes on top of a mail, and the trace of a foreign server below it."""

from __future__ import annotations

ME = "mx.harbour.example"
BORDER = f"Received: from out.corp.example (out.corp.example [192.0.2.1])\r\n\tby {ME} (Postfix) with ESMTPS id 1\r\n"
FOREIGN = "Received: from laptop by out.corp.example with ESMTPSA\r\n"
PASS = f"Authentication-Results: {ME}; dmarc=pass (p=reject) header.from=corp.example\r\n"
