"""How machines that answer by themselves sound, by language. Compared with case-folded text; none proves anything alone."""

from __future__ import annotations

from intake.senders.phrasing import Phrases, folded, phrases

_LONGEST_LABEL = 30  # characters

# How subjects of vacation programs begin. A person who answers one writes "Re:" before it.
_FORMULAS: Phrases = phrases("""
    auto reply | auto-reply | autoreply | auto response | auto-response | autoresponse | auto answer | automatic reply |
    automated reply | automatic response | automated response | automatic answer | automated acknowledg |
    automatic acknowledg | auto acknowledg | out of office | out of the office | out-of-office | ooo: | ooo - | oof: |
    vacation: | vacation message | vacation reply | away from the office | away from my |
    automatische antwort | automatische rückantwort | automatische abwesenheit | automatische e-mail-antwort |
    abwesenheitsnotiz | abwesenheitsnachricht | abwesenheitsassistent | abwesenheitsbenachrichtigung |
    réponse automatique | reponse automatique | réponse d'absence | message d'absence | absence du bureau : |
    respuesta automática | respuesta automatica | fuera de la oficina | fuera de oficina |
    risposta automatica | fuori ufficio | fuori sede |
    automatisch antwoord | automatische beantwoording | automatische reactie | afwezigheidsbericht | niet op kantoor |
    resposta automática | resposta automatica | fora do escritório |
    automatyczna odpowiedź | odpowiedź automatyczna | autoodpowiedź | poza biurem |
    autosvar | automatiskt svar | automatisk svar | frånvaromeddelande | automaattinen vastaus |
    automatická odpověď | mimo kancelář | automatikus válasz | házon kívül | răspuns automat |
    otomatik yanıt | otomatik cevap | αυτόματη απάντηση |
    автоответ | автоматический ответ | автоматична відповідь |
    自動応答 | 自動返信 | 不在通知 | 不在のお知らせ | 自动回复 | 自動回覆 | 自动答复 | 자동 응답 | 자동응답 | 부재중 |
    رد تلقائي | תשובה אוטומטית | 자동 회신 | 부재 중 | automatická odpoveď | automatski odgovor | автоматичен отговор |
    resposta automàtica | balasan otomatis | trả lời tự động | ตอบกลับอัตโนมัติ | absent du bureau | buiten kantoor: |
    niet aanwezig: | ej på kontoret | poissa toimistosta | вне офиса: | ofis dışında: | işyeri dışında: | 不在办公室 |
    不在辦公室 | خارج المكتب | fraværsbesked | fraværsassistent | frånvarobesked | ausência temporária |
    samodejni odgovor | automatinis atsakymas | automātiska atbilde | automaatvastus | erantzun automatikoa |
    balasan automatik | स्वचालित उत्तर | sjálfvirkt svar | پاسخ خودکار
""")

# Beginnings that customers use as well: "Absence de réponse", "Vacation rental complaint".
_HINTS: Phrases = phrases("""
    vacation | on vacation | currently out | i am out | i'm out | away until | i am away | i'm away | on leave | annual leave |
    holiday notice | absence | abwesen | nicht im büro | ich bin nicht im | ich bin derzeit nicht | urlaub | absent | en congé |
    ausente | ausencia | assenza | assente | afwezig | ausência | nieobecność | frånvaro | fravær | ikke til stede |
    på semester | poissa | nepřítomnost | нет на месте | 外出 | 不在 | nieobecny | nieobecna | frånvarande | fraværende |
    abwesend | ferienabwesenheit | congés
""")

# What vacation programs write.
AWAY: Phrases = phrases("""
    out of the office | out of office | away from the office | away from my desk | currently away | on vacation |
    on annual leave | on holiday until | on parental leave | on maternity leave | limited access to email |
    limited access to e-mail | no access to email | upon my return | automatic reply |
    automated reply | automated response | automatic response | auto-reply | autoresponder | auto-responder |
    will respond to you upon | nicht im büro | außer haus | ausser haus | im urlaub | abwesend | abwesenheit |
    automatische antwort | nach meiner rückkehr | absent du bureau | en congé | réponse automatique |
    à mon retour | de retour le | fuera de la oficina | de vacaciones | respuesta automática | fuori ufficio |
    in ferie | risposta automatica | al mio rientro | niet op kantoor | afwezig | met vakantie |
    automatisch antwoord | fora do escritório | de férias | resposta automática | poza biurem | na urlopie |
    automatyczna odpowiedź | mimo kancelář | na dovolené | inte på kontoret | på semester | ikke på kontoret |
    på ferie | lomalla | poissa toimistolta | в отпуске | вне офиса | автоматический ответ | 不在 | 休暇 | 自動返信 |
    自动回复 | 休假 | 부재중 | 휴가 | izindeyim | ofis dışında | خارج المكتب
""")

# A program wants to know whether a person writes.
CHALLENGE: Phrases = phrases("""
    boxbe | spamarrest | spam arrest | please verify your identity | verify that you are human |
    verify you are human | prove you are human | confirm that you are human | confirm your message |
    confirm this message | your message requires confirmation | message awaiting confirmation |
    please confirm your e-mail | please confirm your email to | sender verification |
    confirm your identity as a sender | added to the guest list | to have your message delivered |
    to be added to my approved | approved senders list | challenge-response | challenge/response | tmda |
    allow your message to be delivered | released from quarantine after you | reply to this message to confirm |
    bitte bestätigen sie ihre nachricht | confirmez votre message | confirme su mensaje | spambarriere |
    mailinblack
""")

# The same, in the refusal of a mail server.
CONFIRM_FIRST: Phrases = phrases("""
    requires confirmation | to confirm this mail | confirm you are | to be whitelisted | prove you are human
""")

# List software does not let us post.
LIST_REFUSAL: Phrases = phrases("""
    not a member of this mailing list | are not member | not member article | loop alert | unix from loop |
    not a member of the list | you are not allowed to post |
    posting to this list is restricted | post by non-members | duplicated message-id | not authorized to post
""")


def away_subject(subject: str) -> int:
    """How much a subject begins like a vacation program's: 2 for a formula, 1 for a hint, 0."""
    start = folded(subject).lstrip(" \t*[(<>-_=#!\"'")
    return 2 if start.startswith(_FORMULAS) else int(start.startswith(_HINTS))


def away_label(subject: str) -> bool:
    """Whether a subject carries such a beginning as a program puts it before another subject: "Afwezig: Re: Kettle"."""
    label, colon, _ = subject.replace("：", ":").partition(":")
    return bool(colon) and len(label) <= _LONGEST_LABEL and away_subject(label) > 0
