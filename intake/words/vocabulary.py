"""What clients print above other people's words, by language: Outlook, Apple Mail, Gmail, Thunderbird, Yahoo, Lotus, phones."""

from __future__ import annotations

from intake.words.tables import phrases

# Verbs of an attribution line ("On Monday ... wrote:").
WROTE = phrases("""
en:  wrote; writes; said
de:  schrieb; schrieben
fr:  a écrit; ha écrit; écrit
es:  escribió; escribio
it:  ha scritto; scrive; scriveva
nl:  schreef; geschreven
pl:  napisał; napisała; napisał(a); pisze; napisał/a; napisana przez
pt:  escreveu
sv:  skrev
da:  skrev
no:  skrev
fi:  kirjoitti
cs:  napsal; napsala; napsal(a); napísal; napísal(a)
ru:  написал; написала; написал(а); пишет; писал; писал(а)
uk:  пише; написав(ла)
ja:  のメール; は書きました; のメッセージ; が書き込みました; wrote
zh:  写道; 寫道
ko:  님이 작성; 작성; 님이 쓴 글; 이(가) 쓴 글
tr:  yazdı; şunu yazdı; şunları yazdı
ar:  كتب; كتبت; كتب/كتبت
hu:  írta
ro:  a scris
el:  έγραψε
vi:  đã viết
he:  כתב; כתבה; כתב/ה
th:  เขียนว่า
id:  menulis
hr:  napisao; napisala; napisao/la; napisao(la); piše
sr:  написао; написала; написао/ла; пише
sl:  napisal; napisala; napisal/a
sk:  napísala; píše
uk:  написав; написала; написав(ла)
bg:  написа
et:  kirjutas
lt:  rašė; parašė
lv:  rakstīja
is:  skrifaði
ca:  va escriure; missatge de
tl:  sinulat ni
hi:  ने लिखा
fa:  نوشت
""")

# "I wrote" is somebody telling a story, not a client quoting.
MYSELF = phrases("""
en:  i; we; you; they; he; she
de:  ich; wir; sie; er
nl:  ik; wij; u; hij
sv:  jag; vi; ni
da:  jeg; vi; du
fr:  j'ai
ru:  я; мы; вы
hr:  ja sam; sam
sk:  som
uk:  ми; ви
""")

# The words with which a dated attribution line begins.
ON_THE_DAY = phrases("""
en:  on; at
de:  am
fr:  le
es:  el; a la
it:  il; il giorno; in data
nl:  op
pl:  dnia; w dniu
pt:  em; no dia; a; às
sv:  den; på
da:  den
no:  på; den
cs:  dne
ru:  в
ro:  la; în
zh:  在; 于; 於
ar:  في; بتاريخ
el:  στις
vi:  vào
he:  בתאריך
id:  pada
uk:  у
hu:  ekkor
hr:  dana; u
sr:  дана; у
sl:  v; dne
sk:  dňa
bg:  на
ro:  pe
is:  þann
ca:  el dia
""")

# Lines that stand above a message somebody answers.
ORIGINAL = frozenset(
    phrases("""
en:  original message; original; original mail; original email; original e-mail; reply message; original text
en:  replied message
de:  ursprüngliche nachricht; original-nachricht; originalnachricht; original nachricht; ursprüngliche mail; originalmail
fr:  message d'origine; message d’origine; message original; message initial; mail original; mail d'origine
fr:  courriel original; e-mail d'origine
es:  mensaje original; mensaje inicial
it:  messaggio originale; messaggio originario
nl:  oorspronkelijk bericht; origineel bericht; oorspronkelijke bericht
pl:  wiadomość oryginalna; oryginalna wiadomość; pierwotna wiadomość; wiadomość pierwotna
pt:  mensagem original
sv:  ursprungligt meddelande; originalmeddelande; ursprungligt mejl
da:  oprindelig meddelelse; original meddelelse; oprindelig besked; original besked
no:  opprinnelig melding; original melding; opprinnelig e-post
fi:  alkuperäinen viesti; alkuperäinen sähköposti
cs:  původní zpráva; původní e-mail; pôvodná správa
ru:  исходное сообщение; оригинальное сообщение; исходное письмо
ja:  元のメッセージ; オリジナルメッセージ; オリジナル メッセージ
zh:  原始邮件; 原始郵件; 原始信件; 原邮件; 回复的原邮件; 回覆的原郵件; 原始信息; 原始訊息
ko:  원본 메시지; 원본 메일; 원본 이메일; 원본메시지
tr:  orijinal mesaj; özgün ileti; orijinal ileti; özgün mesaj; asıl ileti
ar:  الرسالة الأصلية; رسالة أصلية; الرسالة الاصلية
hu:  eredeti üzenet
hr:  izvorna poruka; originalna poruka
sr:  оригинална порука; изворна порука
sl:  izvirno sporočilo; prvotno sporočilo
uk:  оригінальне повідомлення; вихідне повідомлення; початкове повідомлення
bg:  оригинално съобщение; първоначално съобщение
ro:  mesaj original; mesajul original; mesaj inițial; mesajul inițial
et:  algne kiri; algne sõnum; originaalkiri
lt:  pradinis laiškas; originalus laiškas; pirminis pranešimas
lv:  sākotnējais ziņojums; oriģinālais ziņojums; sākotnējā ziņa
el:  αρχικό μήνυμα; πρωτότυπο μήνυμα
he:  הודעה מקורית; ההודעה המקורית
ca:  missatge original
vi:  thư gốc; tin nhắn gốc
id:  pesan asli
th:  ข้อความต้นฉบับ
""")
)

# Lines that stand above a message somebody passes on.
FORWARDED = frozenset(
    phrases("""
en:  forwarded message; begin forwarded message; start of forwarded message; forwarded mail; forwarded email
en:  forwarded e-mail
de:  weitergeleitete nachricht; anfang der weitergeleiteten nachricht; anfang der weitergeleiteten e-mail
de:  weitergeleitete mail
de:  beginn der weitergeleiteten nachricht; weitergeleitete e-mail
fr:  message transféré; message réexpédié; début du message réexpédié; début du message transféré; message transmis
fr:  courriel transféré; mail transféré; e-mail transféré; courrier transféré
es:  mensaje reenviado; inicio del mensaje reenviado; comienzo del mensaje reenviado; inicio de mensaje reenviado
es:  correo reenviado; correo electrónico reenviado
it:  messaggio inoltrato; inizio messaggio inoltrato; inizia messaggio inoltrato; inizio del messaggio inoltrato
it:  inizia il messaggio inoltrato; email inoltrata; e-mail inoltrata
nl:  doorgestuurd bericht; begin doorgestuurd bericht; begin van doorgestuurd bericht; doorgezonden bericht
nl:  doorgestuurde bericht; doorgestuurde e-mail; doorgestuurde mail
pl:  przekazana wiadomość; wiadomość przekazana dalej; treść przekazanej wiadomości; początek przekazanej wiadomości
pl:  początek wiadomości przekazanej dalej; wiadomość przekazana; przesłana wiadomość
pt:  mensagem encaminhada; mensagem reencaminhada; início da mensagem encaminhada; início da mensagem reencaminhada
pt:  e-mail encaminhado; e-mail reencaminhado
sv:  vidarebefordrat meddelande; vidarebefordrat mejl; början på vidarebefordrat meddelande; vidarebefordrat brev
sv:  vidarebefordrat mail; vidarebefordrat e-postmeddelande; börja vidarebefordrat meddelande
da:  videresendt besked; videresendt meddelelse; start på videresendt besked; begyndelse på videresendt besked
da:  begyndelsen på den videresendte meddelelse; videresendt mail; videresendt e-mail
no:  videresendt melding; videresendt e-post; start på videresendt melding; begynnelsen på videresendt melding
no:  videresendt e-postmelding
no:  begynnelse på videresendt melding
fi:  välitetty viesti; edelleenlähetetty viesti; välitetty viesti alkaa; edelleen lähetetty viesti; välitetyn viestin alku
fi:  välitetty sähköposti; edelleenlähetetty sähköposti; edelleenlähetetty viesti alkaa
cs:  přeposlaná zpráva; přeposlaný e-mail; začátek přeposlané zprávy; začátek přeposílané zprávy; přeposílaná zpráva
ru:  пересылаемое сообщение; пересланное сообщение; начало переадресованного сообщения; начало пересылаемого сообщения
ru:  перенаправленное сообщение; пересылаемое письмо; переадресованное сообщение; пересланное письмо
ja:  転送メッセージ; 転送されたメッセージ; 以下は転送されたメッセージです; 転送メール; 転送されたメール
zh:  转发的邮件; 转发邮件; 转发邮件信息; 以下是转发的邮件; 開始轉寄郵件; 开始转发邮件; 轉寄郵件; 轉寄的郵件; 被转发邮件
zh:  已转发邮件; 已轉寄的郵件; 转发的消息; 转发的信息; 轉寄訊息; 轉寄的訊息; 开始转发的邮件; 下面是被转发的邮件
zh:  以下是轉寄的郵件; 下面是转发的邮件
ko:  전달된 메시지; 전달된 메일; 전달한 메시지; 전달된 이메일; 시작 전달된 메시지
tr:  iletilen mesaj; yönlendirilen mesaj; iletilmiş mesaj; iletilen ileti; iletilen e-posta; yönlendirilmiş ileti
tr:  ileti başlangıcı; yönlendirilen ileti; iletilmiş mesaj başlangıcı; iletilen mesajın başlangıcı; iletilmiş ileti
ar:  رسالة معاد توجيهها; الرسالة المعاد توجيهها; بدء الرسالة المعاد توجيهها; رسالة محولة; الرسالة المحولة
ar:  رسالة مُعاد توجيهها; بداية الرسالة المعاد توجيهها; بدء الرسالة المُعاد توجيهها; رسالة تمت إعادة توجيهها
hu:  továbbított üzenet
hu:  továbbított levél kezdete; továbbított levél
hr:  proslijeđena poruka; započni proslijeđenu poruku; početak proslijeđene poruke
sr:  прослеђена порука; prosleđena poruka
sl:  posredovano sporočilo; začetek posredovanega sporočila
sk:  preposlaná správa; začiatok preposlanej správy
uk:  переслане повідомлення; перенаправлене повідомлення; початок листа, що пересилається; пересланий лист
bg:  препратено съобщение; начало на препратеното съобщение; препратено писмо
ro:  mesaj redirecționat; mesaj redirecţionat; începe mesajul redirecționat; mesaj transmis mai departe
et:  edastatud kiri; edastatud sõnum; edastatud teade
lt:  persiųstas laiškas; persiunčiamas laiškas; persiųsta žinutė
lv:  pārsūtīts ziņojums; pārsūtītais ziņojums; pārsūtīta ziņa; pārsūtītā ziņa
el:  προωθημένο μήνυμα; έναρξη προωθημένου μηνύματος
he:  הודעה שהועברה; הודעה מועברת; תחילת ההודעה שהועברה
ca:  missatge reenviat; inici del missatge reenviat
vi:  thư đã chuyển tiếp; thư được chuyển tiếp; tin nhắn được chuyển tiếp
id:  pesan terusan; pesan yang diteruskan; awal pesan yang diteruskan
th:  ข้อความที่ส่งต่อ
ja:  メッセージを転送; 転送メッセージの開始
""")
)

# Subjects of messages that were passed on: "FW:", "WG:", ...
FORWARD_PREFIXES = frozenset(
    phrases("""
en:  fw; fwd
de:  wg; weitergeleitet
fr:  tr
es:  rv; reenv
it:  i; inoltro
nl:  doorst
pl:  pd
pt:  enc
sv:  vb; vbf
da:  vs; videresendt
no:  vs; videresendt
fi:  vl
cs:  předat; přep; přeposláno
ru:  пересл; пер
ja:  転送
zh:  转发; 轉寄; 转寄
ko:  전달
tr:  ilt
ar:  إعادة توجيه
hu:  továbbítás; tov
hr:  proslijeđeno
sk:  preposlané
ro:  redirecționat
el:  πρθ
he:  הועבר
is:  fs
id:  trs
""")
)
