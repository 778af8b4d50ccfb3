"""How people and their clients end a message, by language. Data only; everything is in lower case."""

from __future__ import annotations

from intake.words.lines import folded

# Lines that phones and clients add, by how they begin ...
SENT_FROM = (
    *("sent from", "sent with", "sent via", "sent by my", "get outlook for", "get gmail for", "sent using"),
    *("von meinem", "gesendet von", "gesendet mit", "gesendet über", "diese nachricht wurde von meinem", "holen sie sich outlook"),
    *("outlook für", "envoyé de", "envoyé depuis", "envoyé à partir", "télécharger outlook", "téléchargez outlook"),
    *("obtenez outlook", "provenance", "enviado desde", "enviado con", "obtener outlook", "descargar outlook"),
    *("enviado de", "enviado do", "enviado a partir", "enviada do", "obter o outlook", "inviato da", "inviato con"),
    *("scarica outlook", "ottieni outlook", "verzonden vanaf", "verzonden met", "verstuurd vanaf", "verstuurd met"),
    *("wysłane z", "wysłano z", "pobierz outlook", "skickat från", "skickades från", "hämta outlook", "sendt fra"),
    *("sendt med", "hent outlook", "lähetetty", "hanki outlook", "odesláno z", "odesláno pomocí", "odoslané z"),
    *("отправлено с", "отправлено из", "отправлено от", "получить outlook", "从我的", "發自我的", "发自我的", "發自", "发自"),
    *("나의 iphone", "내 iphone", "나의 ipad", "أُرسلت من", "أرسلت من", "تم الإرسال من", "yahoo mail:"),
)
# ... and by how they end.
SENT_WITH = (
    *("から送信", "から送信されました", "より送信", "에서 보냄", "에서 보냈습니다", "umdan gönderildi", "'den gönderildi"),
    *("'dan gönderildi", "ımdan gönderildi", "telefonumdan gönderildi", "发送自我的手机", "傳送", "mobilgerät gesendet", "gesendet", "发送"),
)

# Whole lines that close a letter; what stands under them is the name and the contact block.
_CLOSINGS = (
    *("regards", "kind regards", "best regards", "warm regards", "with kind regards", "with best regards", "warmest regards"),
    *("best", "best wishes", "all the best", "many thanks", "thanks and regards", "thank you and regards", "thanks & regards"),
    *("yours sincerely", "yours faithfully", "yours truly", "yours", "sincerely", "respectfully", "cheers", "cordially", "br", "rgds"),
    *("mit freundlichen grüßen", "mit freundlichen grüssen", "mit freundlichem gruß", "freundliche grüße", "freundliche grüsse"),
    *("mit besten grüßen", "beste grüße", "viele grüße", "herzliche grüße", "liebe grüße", "lg", "mfg", "vg", "hochachtungsvoll"),
    *("gruß", "grüße", "schöne grüße", "cordialement", "bien cordialement", "bien à vous", "sincères salutations", "salutations"),
    *("meilleures salutations", "cdlt", "bien à toi", "cordiales salutations", "saludos", "un saludo", "saludos cordiales"),
    *("atentamente", "un cordial saludo", "muchas gracias y saludos", "cordiali saluti", "distinti saluti", "saluti"),
    *("un cordiale saluto", "cordialmente", "met vriendelijke groet", "met vriendelijke groeten", "vriendelijke groet"),
    *("vriendelijke groeten", "mvg", "hoogachtend", "groeten", "groet", "groetjes", "pozdrawiam", "z poważaniem"),
    *("z wyrazami szacunku", "pozdrawiam serdecznie", "serdecznie pozdrawiam", "pozdrowienia", "atenciosamente"),
    *("com os melhores cumprimentos", "melhores cumprimentos", "cumprimentos", "att", "abraços", "abraço", "grato", "grata"),
    *("med vänliga hälsningar", "med vänlig hälsning", "vänliga hälsningar", "vänligen", "mvh", "hälsningar", "vh"),
    *("med venlig hilsen", "venlig hilsen", "mange hilsner", "hilsen", "med vennlig hilsen", "vennlig hilsen", "de bedste hilsner"),
    *("bedste hilsner", "kh", "kærlig hilsen", "vh.", "beste hilsen", "ystävällisin terveisin", "terveisin", "parhain terveisin", "yt", "t"),
    *("s pozdravem", "s přátelským pozdravem", "zdravím", "s úctou", "с уважением", "с наилучшими пожеланиями", "всего доброго"),
    *("с уважение", "敬具", "よろしくお願いいたします", "よろしくお願い致します", "以上、よろしくお願いいたします", "此致", "此致敬礼", "祝好", "谢谢"),
    *("顺祝商祺", "敬上", "감사합니다", "감사합니다.", "드림", "saygılarımla", "saygılarımızla", "iyi çalışmalar", "sevgiler"),
    *("مع خالص التحية", "مع التحية", "تحياتي", "مع أطيب التحيات", "وتفضلوا بقبول فائق الاحترام"),
)
CLOSINGS = frozenset(map(folded, _CLOSINGS))

# How the small print begins.
DISCLAIMERS = (
    *("this email and any", "this e-mail and any", "this email, including", "this e-mail, including", "this message and any"),
    *("this email is confidential", "this e-mail is confidential", "this message is confidential", "this message contains conf"),
    *("this email may contain", "this e-mail may contain", "this message may contain", "this email is intended", "this e-mail is"),
    *("this communication", "the information contained in this", "the information in this e", "the contents of this e"),
    *("confidentiality notice", "confidentiality:", "confidential:", "disclaimer", "legal notice", "privileged and confid"),
    *("if you are not the intended", "please consider the environment", "think before you print", "save a tree", "virus-free"),
    *("this email has been checked for viruses", "this email was scanned", "registered in england", "registered office:"),
    *("diese e-mail enthält", "diese e-mail kann", "diese nachricht enthält", "diese nachricht ist vertraulich", "der inhalt dieser"),
    *("diese e-mail ist vertraulich", "diese e-mail wurde von avast", "vertraulichkeitshinweis", "bitte prüfen sie", "virenfrei"),
    *("ce message et toutes", "ce message et ses", "ce message est confidentiel", "ce courriel et", "ce courriel est", "ce mail et"),
    *("l'information contenue dans ce", "pensez à l'environnement", "avis de confidentialité", "sans virus", "este mensaje y sus"),
    *("este mensaje se dirige", "este mensaje puede", "este correo electrónico", "este correo y sus", "aviso legal", "antes de imprimir"),
    *("la información contenida en este", "aviso de confidencialidad", "libre de virus", "questo messaggio e", "questa e-mail"),
    *("questa email", "il presente messaggio", "le informazioni contenute", "avviso di riservatezza", "esta mensagem pode"),
    *("esta mensagem e", "este e-mail e", "este email e", "aviso de confidencialidade", "as informações contidas"),
    *("de informatie in dit", "de informatie verzonden", "dit bericht is", "dit e-mailbericht", "dit bericht kan", "deze e-mail"),
    *("denk aan het milieu", "ta wiadomość", "treść tej wiadomości", "niniejsza wiadomość", "informacje zawarte w tej"),
    *("detta meddelande", "detta e-post", "denne e-mail", "denne mail og", "denne e-post", "tämä viesti", "tämä sähköposti"),
    *("tato zpráva", "tento e-mail", "это сообщение", "данное сообщение", "настоящее сообщение", "本邮件", "本電子郵件", "本メール"),
    *("このメール", "이 메일은", "본 메일은", "bu e-posta", "bu mesaj", "هذه الرسالة", "هذا البريد"),
)
