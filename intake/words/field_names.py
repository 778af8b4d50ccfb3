"""What the header lines that clients print above an older message are called, by language."""

from __future__ import annotations

from intake.words.tables import phrases

_FROM = """
en:  from
de:  von; absender
fr:  de; expéditeur
es:  de; remitente
it:  da; mittente
nl:  van; afzender
pl:  od; nadawca
pt:  de; remetente
sv:  från; avsändare
da:  fra; afsender
no:  fra; avsender
fi:  lähettäjä; keltä
cs:  od; odesílatel
ru:  от; от кого; отправитель
uk:  від
ja:  差出人; 送信者; 送信元
zh:  发件人; 發件人; 寄件者; 寄件人
ko:  보낸 사람; 보낸사람; 발신; 발신자; 보낸이
tr:  kimden; gönderen
ar:  من; المرسل
hu:  feladó
ro:  de la
ro:  expeditor; expeditorul
hr:  šalje; pošiljatelj
sr:  шаље; од; пошиљалац
sl:  pošiljatelj
sk:  odosielateľ
uk:  від кого; відправник
bg:  подател
et:  saatja
lt:  nuo; siuntėjas
lv:  sūtītājs
el:  από; αποστολέας
he:  מאת; שולח
ca:  remitent
vi:  từ; người gửi
id:  dari; pengirim
th:  จาก
fa:  از; فرستنده
is:  frá
"""
_TO = """
en:  to
de:  an; empfänger
fr:  à; a; pour; destinataire
es:  para; destinatario
it:  a; per; destinatario
nl:  aan; ontvanger; naar
pl:  do; adresat; odbiorca
pt:  para; destinatário
sv:  till; mottagare
da:  til; modtager
no:  til; mottaker
fi:  vastaanottaja; kenelle
cs:  komu; příjemce; pro
ru:  кому; получатель
ja:  宛先; 送信先; to
zh:  收件人; 收件者
ko:  받는 사람; 받는사람; 수신; 수신자; 받는이
tr:  kime; alıcı
ar:  إلى; الى; المستلم
hu:  címzett
ro:  către
ro:  destinatar; destinatarul
hr:  prima; primatelj; za
sr:  прима; за; коме
sl:  prejemnik
sk:  pre; príjemca
uk:  одержувач
bg:  до; получател
et:  saaja; adressaat
lt:  kam; gavėjas
lv:  kam; saņēmējs; adresāts
el:  προς; παραλήπτης
he:  אל; נמען
ca:  per a; destinatari
vi:  đến; tới; người nhận
id:  kepada; ke; penerima
th:  ถึง
fa:  به; گیرنده
is:  til
"""
_CC = """
en:  cc; bcc; c.c.
de:  kopie; blindkopie
fr:  copie; copie à; cci
es:  cco
it:  ccn; copia
pl:  dw; kopia; udw
pt:  cópia
da:  kopi
fi:  kopio
ru:  копия
ja:  宛先(cc)
zh:  抄送; 副本
ko:  참조
tr:  bilgi
ar:  نسخة
hu:  másolat
cs:  kopie
hu:  másolatot kap
ro:  copie
hr:  kopija
sl:  kp
sk:  kópia
uk:  копія
bg:  копие
et:  koopia
el:  κοινοποίηση; κοιν
he:  עותק
"""
_DATE = """
en:  date; sent; received; sent at
de:  datum; gesendet; gesendet am
fr:  date; envoyé; envoyé le; date d'envoi
es:  fecha; enviado; enviado el; enviada el; enviados
it:  data; inviato; inviata; data invio
nl:  datum; verzonden; verstuurd
pl:  data; wysłano; wysłane; data wysłania
pt:  data; enviado; enviada; enviado em; enviada em
sv:  datum; skickat
da:  dato; sendt
no:  dato; sendt
fi:  päivämäärä; päiväys; lähetetty; pvm
cs:  datum; odesláno
ru:  дата; отправлено; отправлен
ja:  送信日時; 日付; 日時; 送信日
zh:  发送时间; 發送時間; 日期; 寄件日期; 时间; 發送日期; 发送日期; 傳送時間
ko:  날짜; 보낸 날짜; 보낸날짜; 보낸 시간
tr:  tarih; gönderme tarihi; gönderilme tarihi; gönderildi
ar:  تاريخ; التاريخ; تم الإرسال; أرسلت
hu:  dátum; küldve; elküldve
tr:  gönderilen
ro:  dată; trimis; trimisă; data trimiterii
hr:  poslano
sr:  датум; послато
sk:  odoslané
uk:  надіслано; відправлено
bg:  изпратено
et:  kuupäev; saadetud
lt:  išsiųsta
lv:  datums; nosūtīts
el:  ημερομηνία; στάλθηκε; εστάλη
he:  תאריך; נשלח
ca:  enviat
vi:  ngày; đã gửi; thời gian
id:  tanggal; dikirim
th:  วันที่
is:  dagsetning
"""
_SUBJECT = """
en:  subject
de:  betreff
fr:  objet; sujet
es:  asunto
it:  oggetto; ogg
nl:  onderwerp
pl:  temat
pt:  assunto
sv:  ämne
da:  emne
no:  emne
fi:  aihe; otsikko
cs:  předmět; věc
ru:  тема
ja:  件名; 題名
zh:  主题; 主旨; 標題; 主題
ko:  제목
tr:  konu
ar:  الموضوع; موضوع
hu:  tárgy
ro:  subiect
ro:  subiectul
hr:  predmet; naslov
sr:  предмет; наслов
sl:  zadeva
bg:  относно
et:  teema
lt:  tema; dalykas
lv:  temats; tēma
el:  θέμα
he:  נושא
ca:  assumpte
vi:  chủ đề; tiêu đề
id:  subjek; perihal
th:  เรื่อง; หัวเรื่อง
is:  efni
"""
_REPLY_TO = """
en:  reply-to; reply to
de:  antwort an
fr:  répondre à
es:  responder a
it:  rispondi a; risposta
nl:  antwoord aan
pl:  odpowiedz do
pt:  responder para
sv:  svara till
da:  svar til
"""
_OTHER = """
en:  attachments; attachment; priority; importance; organization; message-id; x-mailer; resent-from; conversation; list-id
en:  mime-version; content-type; in-reply-to; references; user-agent; sender
de:  anlagen; anhang; anhänge; wichtigkeit; priorität
fr:  pièces jointes; importance
es:  datos adjuntos; adjuntos; importancia; prioridad
it:  allegati; importanza; priorità
nl:  bijlagen; urgentie
pl:  załączniki; ważność
pt:  anexos
sv:  bifogade filer; prioritet
da:  vedhæftede filer; prioritet
no:  vedlegg
"""
_FIELDS = {
    "from": _FROM,
    "to": _TO,
    "cc": _CC,
    "date": _DATE,
    "subject": _SUBJECT,
    "reply-to": _REPLY_TO,
    "other": _OTHER,
}

# What a header line's name means, in any language: {"von": "from", "betreff": "subject", ...}.
FIELD = {name: kind for kind, table in reversed(_FIELDS.items()) for name in phrases(table)}
