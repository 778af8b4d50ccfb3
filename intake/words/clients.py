"""The elements by which mail clients mark quotations and signatures in their HTML, as CSS selectors."""

from __future__ import annotations

import re

from intake.spotting import Literals
from intake.words.tables import cells

# One element that holds the attribution, the quotation and the answers in it.
_CONTAINERS = cells("""
Gmail:  div.gmail_quote; div.x_gmail_quote
""")

# Elements that hold nothing but older words. Outside its container, Gmail's blockquote is what its indent button writes.
_QUOTES = cells("""
Gmail:  div.gmail_quote > blockquote; div.x_gmail_quote > blockquote; div.gmail_attr; div.gmail_quote_attribution
Apple Mail, iPhone, Thunderbird:  blockquote[type=cite]; blockquote[cite^='mid:']; div.moz-cite-prefix; div.moz-forward-container
Yahoo:  div[class*=yahoo_quoted]; div[id*=yahoo_quoted]
Outlook on phones:  div.ms-outlook-mobile-reference-message; div#mail-editor-reference-message-container
Proton:  div.protonmail_quote; blockquote.protonmail_quote
Tuta:  blockquote.tutanota_quote; div.tutanota_quote
Zoho, Zimbra:  div.zmail_extra; div[data-marker=__QUOTED_TEXT__]
GMX:  div[name=quote]; div[name=quoted-content]
Mail.ru, Samsung, NetEase:  div.mailru-blockquote; blockquote#mail-app-auto-quote; div#isForwardContent; blockquote#isReplyContent
NetEase:  #ntes-pcmail-quote; #ntes-iosmail-quote; #ntes-androidmail-quote
Mail.ru, Orange:  blockquote[style*='#0857A6']; blockquote[style*='#ff6600']
Spark, AquaMail, Notes:  div[name=messageReplySection]; #aqm-original; .iNotesHistory
Outlook for Mac:  #OLK_SRC_BODY_SECTION
Roundcube, Front:  #reply-intro; blockquote.front-blockquote
""")

# Elements above which the new words end: all that follows is older.
_BEGINNINGS = cells("""
Outlook on the web:  #divRplyFwdMsg; #x_divRplyFwdMsg; #appendonsend; #x_appendonsend; #stopSpelling; div.OutlookMessageHeader
Outlook for desktops:  div[style^='border:none'][style*='border-top:solid']
New Outlook for desktops:  div[style^='border: none'][style*='border-top: solid']
Zimbra:  #zwchr; [data-marker=__DIVIDER__]
Foxmail, GroupWise:  hr.FoxReply; .GroupwiseReplyHeader
""")

_SIGNATURES = cells("""
Gmail:  .gmail_signature; [data-smartmail=gmail_signature]
Thunderbird:  .moz-signature
Outlook:  #Signature; #signature; #divSignature; #ms-outlook-mobile-signature
Apple Mail, Samsung:  #AppleMailSignature; #composer_signature
Proton, Tuta, Yahoo, Zoho:  .protonmail_signature_block; .tutanota_signature; .ymail_signature; .zmail_signature_below
""")

CONTAINERS, QUOTES, BEGINNINGS, SIGNATURES = map(", ".join, (_CONTAINERS, _QUOTES, _BEGINNINGS, _SIGNATURES))


def _name(selector: str) -> str:
    """What a page that has the element must hold somewhere."""
    return re.split(r"[.#=^*'\]]+", selector.removesuffix(" > blockquote").rstrip("']"))[-1]


# A page with none of these has none of the elements: looking for them costs less than reading the page.
HINTS = Literals(_name(selector) for selector in (*_CONTAINERS, *_QUOTES, *_BEGINNINGS, *_SIGNATURES))
