"""How people and their clients end a message, by language. A language may have several lines; see `tables`."""

from __future__ import annotations

from intake.words.lines import folded
from intake.words.tables import phrases

# Lines that phones and clients add, by how they begin ...
SENT_FROM = phrases("""
en:  sent from; sent with; sent via; sent by my; sent using; get outlook for; get gmail for; yahoo mail:
en:  download outlook
en:  get bluemail for
de:  von meinem; gesendet von; gesendet mit; gesendet über; diese nachricht wurde von meinem; outlook für
de:  holen sie sich outlook
fr:  envoyé de; envoyé depuis; envoyé à partir; envoyé avec; télécharger outlook; téléchargez outlook
fr:  obtenez outlook; obtenir outlook
fr:  provenance : courrier
es:  enviado desde; enviado con; enviado mediante; obtener outlook; descargar outlook; obtén outlook
it:  inviato da; inviato con; inviato dal; scarica outlook; ottieni outlook
nl:  verzonden vanaf; verzonden met; verzonden via; verzonden vanuit; verstuurd vanaf; verstuurd met; outlook voor
nl:  download outlook voor
pl:  wysłane z; wysłano z; wysłane przez; pobierz outlook; pobierz program outlook
pt:  enviado de; enviado do; enviado a partir; enviada do; enviado pelo; obter o outlook; obtenha o outlook
pt:  baixe o outlook
sv:  skickat från; skickades från; skickat med; hämta outlook
da:  sendt fra; sendt med; sendt via; hent outlook
no:  sendt fra; skaff deg outlook; få outlook
fi:  lähetetty; hanki outlook
cs:  odesláno z; odesláno pomocí; odesláno ze; získat outlook; získejte outlook
ru:  отправлено с; отправлено из; отправлено от; отправлено через; получить outlook; скачайте outlook
zh:  从我的; 發自我的; 发自我的; 發自; 发自; 從我的; 获取 outlook; 获取适用于 ios; 获取适用于 android; 取得 ios 版
zh:  取得 android 版; 来自 foxmail; 从 windows 版
ja:  outlook for ios を入手; outlook for android を入手; ios版outlook; ios 版 outlook; android 版 outlook
ko:  나의 iphone; 내 iphone; 나의 ipad; 내 ipad; ios용 outlook; android용 outlook; outlook for ios 다운; outlook for android 다운
tr:  ios için outlook; android için outlook
ar:  أُرسلت من; أرسلت من; تم الإرسال من; مرسل من; الحصول على outlook; احصل على outlook
hr:  poslano s; poslano iz
sl:  poslano iz; poslano z
sk:  odoslané z; odoslané zo; odoslané pomocou
uk:  надіслано з; відправлено з; надіслано через
bg:  изпратено от; изпратено с
ro:  trimis de pe; trimis din; trimis de la; trimis prin
hu:  elküldve
et:  saadetud minu
lt:  išsiųsta iš; siųsta iš
lv:  sūtīts no; nosūtīts no
el:  στάλθηκε από; απεστάλη από
he:  נשלח מ
ca:  enviat des
vi:  đã gửi từ; được gửi từ; gửi từ iphone
id:  dikirim dari
th:  ส่งจาก
""")
# ... and by how they end.
SENT_WITH = phrases("""
de:  android gesendet; ios gesendet; mobilgerät gesendet; gerät gesendet; iphone gesendet; handy gesendet
de:  smartphone gesendet; k-9 mail gesendet
ja:  から送信; から送信されました; より送信; を使用して送信
zh:  傳送; 发送自我的手机
ko:  에서 보냄; 에서 보냈습니다; 에서 전송됨
tr:  posta ile gönderildi; umdan gönderildi; den gönderildi; dan gönderildi; telefonumdan gönderildi
""")

# ... and what some write instead.
SLOGANS = frozenset(
    phrases("""
Yahoo:  yahoo mail: search, organize, conquer
""")
)

# Whole lines that close a letter; what stands under them is the name and the contact block.
CLOSINGS = frozenset(
    folded(phrase)
    for phrase in phrases("""
en:  regards; kind regards; best regards; warm regards; warmest regards; with kind regards; with best regards
en:  kindest regards
en:  best; best wishes; all the best; thanks and regards; thank you and regards; thanks & regards; cheers; cordially; br
en:  rgds
en:  yours sincerely; yours faithfully; yours truly; yours; sincerely; sincerely yours; respectfully; many thanks
en:  with thanks
de:  mit freundlichen grüßen; mit freundlichen gruessen; mit freundlichem gruß; freundliche grüße; freundliche gruesse
de:  mfg; lg; vg; freundliche grüsse; mit freundlichen grüssen; beste grüsse; viele grüsse
de:  mit besten grüßen; beste grüße; viele grüße; herzliche grüße; liebe grüße; schöne grüße; gruß; grüße
de:  hochachtungsvoll
fr:  cordialement; bien cordialement; bien à vous; bien à toi; sincères salutations; salutations; meilleures salutations
fr:  cdlt
fr:  cordiales salutations; respectueusement; bien sincèrement; salutations distinguées; amicalement
es:  saludos; un saludo; saludos cordiales; atentamente; un cordial saludo; cordialmente; atte; muchas gracias y saludos
it:  cordiali saluti; distinti saluti; saluti; un cordiale saluto; un saluto; cordialità; saluti cordiali
it:  grazie e cordiali saluti; grazie e saluti
nl:  met vriendelijke groet; met vriendelijke groeten; vriendelijke groet; vriendelijke groeten; mvg; hoogachtend
nl:  groeten; groet
nl:  groetjes; hartelijke groet; hartelijke groeten; met hartelijke groet
pl:  pozdrawiam; z poważaniem; z wyrazami szacunku; pozdrawiam serdecznie; serdecznie pozdrawiam; pozdrowienia
pl:  łączę pozdrowienia
pt:  atenciosamente; com os melhores cumprimentos; melhores cumprimentos; cumprimentos; att; abraços; abraço; saudações
pt:  grato; grata
sv:  med vänliga hälsningar; med vänlig hälsning; vänliga hälsningar; vänligen; mvh; hälsningar; bästa hälsningar
sv:  vänlig hälsning
da:  med venlig hilsen; venlig hilsen; mange hilsner; hilsen; de bedste hilsner; bedste hilsner; kærlig hilsen; kh
da:  vh; dbh
no:  med vennlig hilsen; vennlig hilsen; beste hilsen; med venleg helsing; hilsen
fi:  ystävällisin terveisin; terveisin; parhain terveisin; yt; terv; kunnioittavasti; terveiset
cs:  s pozdravem; s přátelským pozdravem; s úctou; s pozdravom; hezký den; srdečně zdravím
ru:  с уважением; с наилучшими пожеланиями; всего доброго; всего хорошего; с наилучшими; искренне ваш
ja:  敬具; よろしくお願いいたします; よろしくお願い致します; 以上、よろしくお願いいたします; 宜しくお願い致します; 草々
zh:  此致; 此致敬礼; 此致敬禮; 祝好; 顺祝商祺; 敬上; 谨上; 谢谢; 謝謝
ko:  감사합니다; 드림; 올림; 안녕히 계세요
tr:  saygılarımla; saygılarımızla; iyi çalışmalar; sevgiler; selamlar; iyi günler
ar:  مع خالص التحية; مع التحية; تحياتي; مع أطيب التحيات; وتفضلوا بقبول فائق الاحترام; مع تحياتي
hr:  srdačan pozdrav; lijep pozdrav; s poštovanjem; pozdrav; lp
sr:  с поштовањем; срдачан поздрав; поздрав; srdačno
sl:  lep pozdrav; s spoštovanjem; lepo pozdravljeni
uk:  з повагою; з найкращими побажаннями
bg:  с уважение; поздрави; с най-добри пожелания
ro:  cu stimă; cu respect; toate cele bune; o zi bună
hu:  üdvözlettel; tisztelettel; üdv; köszönettel
et:  lugupidamisega; parimate soovidega; tervitades
lt:  pagarbiai; su pagarba; geriausi linkėjimai
lv:  ar cieņu; ar sveicieniem
el:  με εκτίμηση; φιλικά; χαιρετισμούς; με φιλικούς χαιρετισμούς
he:  בברכה; בכבוד רב; בתודה
ca:  salutacions; cordialment; atentament
vi:  trân trọng; thân ái
id:  salam; hormat saya; hormat kami; terima kasih
th:  ขอแสดงความนับถือ
""")
)

# How the small print begins. Whole phrases, for a customer may well begin with "This communication has been a shame".
DISCLAIMERS = phrases("""
en:  this email and any; this e-mail and any; this email, including; this e-mail, including; this message and any
en:  this message, including; this email message and any; this e-mail message and any; this communication and any
en:  this transmission and any
en:  this email is confidential; this e-mail is confidential; this message is confidential; this message contains conf
en:  this communication is confidential; this email is intended; this e-mail is intended; this message is intended
en:  this communication is intended; this email may contain; this e-mail may contain; this message may contain
en:  this communication may contain
en:  the information contained in this; the information in this e; the information transmitted; the contents of this e
en:  the content of this e; confidentiality notice; privileged and confid; disclaimer:; legal notice; important notice:
en:  notice: this; if you are not the intended; please consider the environment; think before you print
en:  virus-free; this email has been checked for viruses; this e-mail has been scanned; this email was scanned
en:  registered office:; registered in england; to unsubscribe; unsubscribe:; you received this message because
en:  you are receiving this because
de:  diese e-mail enthält; diese e-mail kann; diese e-mail ist vertraulich; diese e-mail und; diese nachricht enthält
de:  diese nachricht ist vertraulich; der inhalt dieser; vertraulichkeitshinweis; bitte prüfen sie, ob diese
de:  bitte denken sie an die umwelt; virenfrei; diese e-mail wurde von avast; diese e-mail wurde auf viren
fr:  ce message et toutes; ce message et ses; ce message est confidentiel; ce message et les; ce courriel et
fr:  ce courriel est confidentiel; ce mail et ses; l'information contenue dans ce; les informations contenues
fr:  garanti sans virus; pensez à l'environnement; avis de confidentialité; sans virus; l'absence de virus
es:  este mensaje y sus; este mensaje se dirige; este mensaje puede; este mensaje va dirigido; este correo electrónico y
es:  este correo electrónico contiene; este correo y sus; la información contenida en este; aviso legal
es:  aviso de confidencialidad; antes de imprimir; libre de virus
it:  questo messaggio e; questo messaggio contiene; questa e-mail e; questa e-mail contiene; questa email e
it:  questa email contiene; il presente messaggio; le informazioni contenute; avviso di riservatezza; privo di virus
nl:  de informatie in dit; de informatie verzonden; de informatie in deze; dit bericht is vertrouwelijk
nl:  dit bericht is uitsluitend; dit bericht kan; dit bericht en; dit e-mailbericht; deze e-mail is; deze e-mail en
nl:  deze e-mail kan; denk aan het milieu; virusvrij
pl:  ta wiadomość jest poufna; ta wiadomość zawiera; ta wiadomość i; ta wiadomość oraz; treść tej wiadomości
pl:  niniejsza wiadomość; informacje zawarte w tej; niniejszy e-mail; wolny od wirusów; nie zawiera wirusów
pt:  esta mensagem pode; esta mensagem e; esta mensagem contém; este e-mail e; este email e; aviso de confidencialidade
pt:  as informações contidas; a informação contida; livre de vírus
sv:  detta meddelande är; detta meddelande kan; detta meddelande och; detta e-post; informationen i detta; virusfritt
da:  denne e-mail og; denne e-mail er; denne e-mail kan; denne mail og; denne meddelelse er; denne meddelelse kan
no:  denne e-posten; denne meldingen er; denne meldingen kan
fi:  tämä viesti on luottam; tämä viesti ja; tämä viesti saattaa; tämä viesti voi; tämä sähköposti
cs:  tato zpráva a; tato zpráva je; tato zpráva může; tento e-mail a; tento e-mail je; tento e-mail může
cs:  obsah této zprávy
ru:  это сообщение и; это сообщение содержит; это сообщение предназначено; данное сообщение; настоящее сообщение
ru:  это электронное письмо
ja:  このメールは機密; このメールには; このメールおよび; 本メール; 本電子メール
zh:  本邮件及; 本邮件包含; 本邮件所; 本電子郵件; 本郵件; 此邮件及; 此電子郵件
ko:  이 메일은 지정; 본 메일은; 이 전자우편
tr:  bu e-posta ve; bu e-posta mesajı; bu mesaj ve; bu elektronik posta
ar:  هذه الرسالة سرية; هذه الرسالة وأي; هذا البريد الإلكتروني; إن هذه الرسالة
""")
