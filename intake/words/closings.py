"""How people and their clients end a message, by language. A language may have several lines; see `tables`."""

from __future__ import annotations

from intake.words.lines import folded
from intake.words.tables import phrases

# Lines that phones and clients add, by how they begin ...
SENT_FROM = phrases("""
en:  sent from; sent with; sent via; sent by my; sent using; get outlook for; get gmail for; yahoo mail:; download outlook
de:  von meinem; gesendet von; gesendet mit; gesendet über; diese nachricht wurde von meinem; outlook für
de:  holen sie sich outlook
fr:  envoyé de; envoyé depuis; envoyé à partir; envoyé avec; télécharger outlook; téléchargez outlook; obtenez outlook
es:  enviado desde; enviado con; enviado mediante; obtener outlook; descargar outlook; obtén outlook
it:  inviato da; inviato con; inviato dal; scarica outlook; ottieni outlook
nl:  verzonden vanaf; verzonden met; verzonden via; verstuurd vanaf; verstuurd met; outlook voor; download outlook voor
pl:  wysłane z; wysłano z; wysłane przez; pobierz outlook; pobierz program outlook
pt:  enviado de; enviado do; enviado a partir; enviada do; enviado pelo; obter o outlook; obtenha o outlook
sv:  skickat från; skickades från; skickat med; hämta outlook
da:  sendt fra; sendt med; sendt via; hent outlook
no:  sendt fra; skaff deg outlook; få outlook
fi:  lähetetty; hanki outlook
cs:  odesláno z; odesláno pomocí; odesláno ze; získat outlook
ru:  отправлено с; отправлено из; отправлено от; отправлено через; получить outlook; скачайте outlook
zh:  从我的; 發自我的; 发自我的; 發自; 发自; 從我的; 获取 outlook
ja:  outlook for ios を入手; ios版outlook
ko:  나의 iphone; 내 iphone; 나의 ipad; 내 ipad; ios용 outlook; android용 outlook
tr:  ios için outlook; android için outlook
ar:  أُرسلت من; أرسلت من; تم الإرسال من; مرسل من
""")
# ... and by how they end.
SENT_WITH = phrases("""
de:  mobilgerät gesendet; gerät gesendet; iphone gesendet; handy gesendet; smartphone gesendet; k-9 mail gesendet
ja:  から送信; から送信されました; より送信; を使用して送信
zh:  傳送; 发送自我的手机
ko:  에서 보냄; 에서 보냈습니다; 에서 전송됨
tr:  umdan gönderildi; den gönderildi; dan gönderildi; telefonumdan gönderildi
""")

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
de:  mfg; lg; vg
de:  mit besten grüßen; beste grüße; viele grüße; herzliche grüße; liebe grüße; schöne grüße; gruß; grüße; hochachtungsvoll
fr:  cordialement; bien cordialement; bien à vous; bien à toi; sincères salutations; salutations; meilleures salutations
fr:  cdlt
fr:  cordiales salutations; respectueusement; bien sincèrement; salutations distinguées; amicalement
es:  saludos; un saludo; saludos cordiales; atentamente; un cordial saludo; cordialmente; atte; muchas gracias y saludos
it:  cordiali saluti; distinti saluti; saluti; un cordiale saluto; un saluto; cordialità; saluti cordiali
nl:  met vriendelijke groet; met vriendelijke groeten; vriendelijke groet; vriendelijke groeten; mvg; hoogachtend
nl:  groeten; groet
nl:  groetjes; hartelijke groet; hartelijke groeten; met hartelijke groet
pl:  pozdrawiam; z poważaniem; z wyrazami szacunku; pozdrawiam serdecznie; serdecznie pozdrawiam; pozdrowienia
pl:  łączę pozdrowienia
pt:  atenciosamente; com os melhores cumprimentos; melhores cumprimentos; cumprimentos; att; abraços; abraço; saudações
pt:  grato; grata
sv:  med vänliga hälsningar; med vänlig hälsning; vänliga hälsningar; vänligen; mvh; hälsningar; bästa hälsningar
sv:  vänlig hälsning
da:  med venlig hilsen; venlig hilsen; mange hilsner; hilsen; de bedste hilsner; bedste hilsner; kærlig hilsen; kh; vh; dbh
no:  med vennlig hilsen; vennlig hilsen; beste hilsen; med venleg helsing; hilsen
fi:  ystävällisin terveisin; terveisin; parhain terveisin; yt; terv; kunnioittavasti; terveiset
cs:  s pozdravem; s přátelským pozdravem; s úctou; s pozdravom; hezký den; srdečně zdravím
ru:  с уважением; с наилучшими пожеланиями; всего доброго; всего хорошего; с наилучшими; искренне ваш
ja:  敬具; よろしくお願いいたします; よろしくお願い致します; 以上、よろしくお願いいたします; 宜しくお願い致します; 草々
zh:  此致; 此致敬礼; 此致敬禮; 祝好; 顺祝商祺; 敬上; 谨上; 谢谢; 謝謝
ko:  감사합니다; 드림; 올림; 안녕히 계세요
tr:  saygılarımla; saygılarımızla; iyi çalışmalar; sevgiler; selamlar; iyi günler
ar:  مع خالص التحية; مع التحية; تحياتي; مع أطيب التحيات; وتفضلوا بقبول فائق الاحترام; مع تحياتي
""")
)

# How the small print begins.
DISCLAIMERS = phrases("""
en:  this email and any; this e-mail and any; this email, including; this e-mail, including; this message and any
en:  this email is confidential; this e-mail is confidential; this message is confidential; this message contains conf
en:  this email may contain; this e-mail may contain; this message may contain; this email is intended; this e-mail is
en:  this email message and any; this e-mail message; this communication; the information contained in this
en:  the information in this e
en:  the contents of this e; confidentiality notice; disclaimer; legal notice; privileged and confid; virus-free
en:  if you are not the intended; please consider the environment; think before you print; registered office:
en:  registered in england
en:  to unsubscribe; unsubscribe:; you received this message because; you are receiving this because
en:  this email has been checked for viruses; this email was scanned; the content of this e; important notice:
de:  diese e-mail enthält; diese e-mail kann; diese nachricht enthält; diese nachricht ist vertraulich; der inhalt dieser
de:  diese e-mail ist vertraulich; diese e-mail wurde von avast; vertraulichkeitshinweis; bitte prüfen sie; virenfrei
de:  diese mail
fr:  ce message et toutes; ce message et ses; ce message est confidentiel; ce courriel et; ce courriel est; ce mail et
fr:  sans virus
fr:  l'information contenue dans ce; les informations contenues; pensez à l'environnement; avis de confidentialité
fr:  ce courrier
es:  este mensaje y sus; este mensaje se dirige; este mensaje puede; este correo electrónico; este correo y sus; aviso legal
es:  la información contenida en este; aviso de confidencialidad; libre de virus; antes de imprimir
es:  este mensaje va dirigido
it:  questo messaggio e; questa e-mail; questa email; il presente messaggio; le informazioni contenute
it:  avviso di riservatezza
nl:  de informatie in dit; de informatie verzonden; dit bericht is; dit e-mailbericht; dit bericht kan; deze e-mail
nl:  denk aan het milieu
pl:  ta wiadomość; treść tej wiadomości; niniejsza wiadomość; informacje zawarte w tej; niniejszy e-mail
pt:  esta mensagem pode; esta mensagem e; este e-mail e; este email e; aviso de confidencialidade; as informações contidas
sv:  detta meddelande; detta e-post; informationen i detta
da:  denne e-mail; denne mail og; denne meddelelse
no:  denne e-post; denne meldingen
fi:  tämä viesti; tämä sähköposti
cs:  tato zpráva; tento e-mail; obsah této zprávy
ru:  это сообщение; данное сообщение; настоящее сообщение; данное письмо
ja:  このメール; 本メール; このメッセージ
zh:  本邮件; 本電子郵件; 此邮件; 此電子郵件
ko:  이 메일은; 본 메일은; 이 전자우편
tr:  bu e-posta; bu mesaj; bu elektronik posta
ar:  هذه الرسالة; هذا البريد; إن هذه الرسالة
""")
