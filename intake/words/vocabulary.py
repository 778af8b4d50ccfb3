"""What mail clients write around other people's words, by language. Data only; everything is in lower case.

Phrases are what the clients of each language print: Outlook, Apple Mail, Gmail, Thunderbird, Yahoo, Lotus, phones.
A newcomer adds a language by adding a line to each table.
"""

from __future__ import annotations

# Verbs of an attribution line ("On Monday ... wrote:"). A language may need several.
WROTE = (
    *("wrote", "writes", "said", "schrieb", "schreef", "geschreven", "a écrit", "ha écrit", "escribió", "ha scritto"),
    *("escreveu", "napisał", "napisała", "napisał(a)", "pisze", "skrev", "kirjoitti", "napsal", "napsala", "napsal(a)"),
    *("написал", "написала", "написал(а)", "пишет", "писал", "писал(а)", "пише", "さんは書きました", "のメール", "は書きました"),
    *("写道", "寫道", "님이 작성", "작성", "yazdı", "şunu yazdı", "şunları yazdı", "كتب", "كتبت", "írta", "a scris", "έγραψε"),
)

# "I wrote" is somebody telling a story, not a client quoting.
MYSELF = ("i", "we", "you", "they", "ich", "wir", "sie", "ik", "wij", "jag", "vi", "jeg", "я", "мы", "вы")

# The first word of an attribution line that begins with a date.
ON_THE_DAY = (
    *("on", "at", "am", "den", "le", "el", "il", "op", "em", "no dia", "dnia", "w dniu", "dne", "på", "la", "в", "于", "在"),
    *("في", "il giorno", "a", "em"),
)

_FIELDS = {
    "from": "from von de da van od från fra lähettäjä keltä от от_кого від 差出人 送信者 发件人 發件人 寄件者 寄件人 보낸_사람 보낸사람 "
    "kimden gönderen من expéditeur absender afzender remitente mittente remetente nadawca odesílatel avsender avsändare "
    "feladó de_la",
    "to": "to an à a para pour aan do komu till til vastaanottaja кому кому_ 宛先 收件人 받는_사람 받는사람 kime alıcı إلى "
    "destinatario destinatário destinataire empfänger ontvanger adresat příjemce mottaker mottagare modtager címzett către",
    "cc": "cc bcc c.c. kopie kopia kopi copia copie cópia dw kopio копия 抄送 副本 참조 bilgi نسخة cco cci ccn másolat",
    "date": "date sent datum gesendet fecha enviado enviado_el enviado_em enviada_em enviada envoyé envoyé_le data inviato "
    "inviata verzonden wysłano skickat sendt sendt_den dato lähetetty päivämäärä päiväys odesláno дата отправлено 送信日時 日付 "
    "日時 发送时间 發送時間 日期 寄件日期 时间 날짜 보낸_날짜 보낸날짜 tarih gönderme_tarihi gönderildi تاريخ التاريخ تم_الإرسال "
    "received küldve dátum datum_ gesendet_am verstuurd data_wysłania",
    "subject": "subject betreff objet sujet asunto assunto oggetto onderwerp temat ämne emne aihe předmět тема 件名 主题 主旨 標題 "
    "제목 konu الموضوع موضوع tárgy subiect",
    "reply-to": "reply-to reply_to antwort_an répondre_à responder_a rispondi_a risposta antwoord_aan odpowiedz_do svar_til "
    "svara_till vastaa ответить odpovědět",
    "other": "attachments attachment anlagen anhang anhänge priority importance wichtigkeit importanza importancia prioridad "
    "organization message-id x-mailer pièces_jointes adjuntos allegati bijlagen załączniki bilagor vedlegg resent-from "
    "conversation list-id mime-version content-type in-reply-to references user-agent sender",
}

# What a header line's name means, in any language: {"von": "from", "betreff": "subject", ...}.
FIELD = {word.replace("_", " ").strip(): kind for kind, words in _FIELDS.items() for word in words.split()}

# Lines that stand above a message somebody answers.
ORIGINAL = frozenset({
    *("original message", "original", "original mail", "original email", "reply message", "ursprüngliche nachricht"),
    *("original-nachricht", "originalnachricht", "original nachricht", "ursprüngliche mail", "message d'origine"),
    *("message d’origine", "message original", "message initial", "mensaje original", "messaggio originale"),
    *("messaggio originario", "oorspronkelijk bericht", "origineel bericht", "wiadomość oryginalna"),
    *("oryginalna wiadomość", "mensagem original", "ursprungligt meddelande", "originalmeddelande"),
    *("oprindelig meddelelse", "original meddelelse", "oprindelig besked", "opprinnelig melding", "original melding"),
    *("alkuperäinen viesti", "původní zpráva", "původní e-mail", "исходное сообщение", "оригинальное сообщение"),
    *("元のメッセージ", "オリジナルメッセージ", "original message", "原始邮件", "原始郵件", "原始信件", "원본 메시지"),
    *("원본 메일", "orijinal mesaj", "özgün ileti", "الرسالة الأصلية", "eredeti üzenet", "quoted text"),
})

# Lines that stand above a message somebody passes on.
FORWARDED = frozenset({
    *("forwarded message", "begin forwarded message", "start of forwarded message", "forwarded mail", "forwarded email"),
    *("weitergeleitete nachricht", "anfang der weitergeleiteten nachricht", "anfang der weitergeleiteten e-mail"),
    *("weitergeleitete mail", "beginn der weitergeleiteten nachricht", "message transféré", "message réexpédié"),
    *("début du message réexpédié", "début du message transféré", "mensaje reenviado", "inicio del mensaje reenviado"),
    *("comienzo del mensaje reenviado", "messaggio inoltrato", "inizio messaggio inoltrato"),
    *("inizia messaggio inoltrato", "inizio del messaggio inoltrato", "doorgestuurd bericht"),
    *("begin doorgestuurd bericht", "begin van doorgestuurd bericht", "przekazana wiadomość"),
    *("wiadomość przekazana dalej", "treść przekazanej wiadomości", "początek przekazanej wiadomości"),
    *("początek wiadomości przekazanej dalej", "mensagem encaminhada", "mensagem reencaminhada"),
    *("início da mensagem encaminhada", "início da mensagem reencaminhada", "vidarebefordrat meddelande"),
    *("vidarebefordrat mejl", "början på vidarebefordrat meddelande", "vidarebefordrat brev", "videresendt besked"),
    *("videresendt meddelelse", "start på videresendt besked", "begyndelse på videresendt besked"),
    *("begyndelsen på den videresendte meddelelse", "videresendt melding", "videresendt e-post"),
    *("start på videresendt melding", "begynnelsen på videresendt melding", "välitetty viesti", "edelleenlähetetty viesti"),
    *("välitetty viesti alkaa", "edelleen lähetetty viesti", "přeposlaná zpráva", "přeposlaný e-mail"),
    *("začátek přeposlané zprávy", "začátek přeposílané zprávy", "пересылаемое сообщение", "пересланное сообщение"),
    *("начало переадресованного сообщения", "начало пересылаемого сообщения", "перенаправленное сообщение"),
    *("転送メッセージ", "転送されたメッセージ", "以下は転送されたメッセージです", "转发的邮件", "转发邮件", "转发邮件信息"),
    *("以下是转发的邮件", "開始轉寄郵件", "开始转发邮件", "轉寄郵件", "轉寄的郵件", "전달된 메시지", "전달된 메일"),
    *("iletilen mesaj", "yönlendirilen mesaj", "iletilmiş mesaj", "iletilen ileti", "başlangıç iletilen mesaj"),
    *("رسالة معاد توجيهها", "الرسالة المعاد توجيهها", "بدء الرسالة المعاد توجيهها", "رسالة محولة", "الرسالة المحولة"),
    *("továbbított üzenet",),
})

# Subjects of messages that were passed on: "FW:", "WG:", ...
FORWARD_PREFIXES = (
    *("fw", "fwd", "wg", "tr", "rv", "i", "doorst", "enc", "vs", "vb", "videresendt", "pd", "vl", "ilt", "転送", "转发"),
    *("轉寄", "전달", "إعادة توجيه", "пересл"),
)
