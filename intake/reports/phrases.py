"""What delivery robots say, by cause and by language: plain phrases, compared with folded text.

`DETAILS` gives the subject and detail of an enhanced status code (RFC 3463) for a cause that has no code of its own;
the first family with a phrase in the text wins, so the telling ones come first.
"""

from __future__ import annotations

from intake.senders.phrasing import Phrases, contains, folded, phrases


def detail_of(text: str) -> str:
    """Subject and detail ("2.2") of the first cause that a text names, "" for none."""
    said = folded(text)
    return next((detail for detail, wanted in DETAILS if contains(said, wanted)), "")


DETAILS: tuple[tuple[str, Phrases], ...] = (
    (  # The mailbox is full.
        "2.2",
        phrases("""
            mailbox full | mailbox is full | mailbox quota | quota exceeded | exceeded storage | over quota |
            overquota | disk quota | storage quota | exceeding their quota | exceeded their quota |
            exceeded the quota | out of quota | mailfolder is full | inbox is full | maildir over |
            insufficient disk | not enough storage | mail box full | exceeded the local limit | postfach ist voll |
            postfach voll | boîte pleine | boîte aux lettres pleine | buzón lleno | casella piena | skrzynka pełna |
            przepełnion | почтовый ящик переполнен | メールボックスが一杯 | 容量不足 | 邮箱已满 | 空间不足 |
            mailbox vol | caixa postal cheia | mailbox has exceeded | mailbox size limit | mailbox size exceeded |
            mailbox is over | over the quota | over their quota | over its quota | exceeded its quota |
            exceeds the quota | exceeds quota | quota is full | storage limit | account is full |
            insufficient system storage | no space left | not enough space | not enough disk |
            postfach des empfängers ist voll | boîte de réception pleine | buzón está lleno | casella di posta piena |
            caixa de correio cheia | schránka je plná | postkassen er full | brevlådan är full | kutusu dolu |
            メールボックスがいっぱい | 容量を超え | 邮箱空间 | 信箱已滿 | 용량 초과 |
            exceeds allowed size | exceeded the allowed size | troppo pieno | plná schránka |
            postilaatikko on täynnä | صندوق البريد ممتلئ
        """),
    ),
    (  # The mailbox is switched off.
        "2.1",
        phrases("""
            account has been disabled | account is disabled | account disabled | mailbox disabled |
            mailbox is disabled | account is inactive | mailbox is inactive | inactive user | account suspended |
            has been suspended | account has been deactivated | account that you tried to reach is disabled |
            konto wyłączone | konto zablokowane | konto nieaktywne | disabled or discontinued | account expired |
            account closed | has been locked | recipient is suspended | temporarily disabled | deaktiviert |
            compte désactivé | mailbox has been disabled | mailbox is currently disabled | account is not active |
            account not active | user is inactive | no longer active | user disabled | user has been disabled |
            account is locked | account is suspended | mailbox suspended | mailbox is frozen | mailbox is blocked |
            аккаунт отключен | ящик отключен | ящик заблокирован | cuenta desactivada | conta desativada |
            account disattivato | 账号已停用
        """),
    ),
    (  # The person has moved.
        "1.6",
        phrases("""
            has moved | no longer at this address | no longer works here | no longer with | nicht mehr bei uns |
            n'est plus
        """),
    ),
    (  # There is no such mailbox.
        "1.1",
        phrases("""
            user unknown | unknown user | unknown recipient | recipient unknown | no such user | no such recipient |
            no such mailbox | no such account | no such address | no mailbox here | no mailbox found | unknown local |
            unknown address | user not found | recipient not found | not found in directory | address not found |
            addressee unknown | user doesn't have a | doesn't have an account | does not have an account | no user |
            unknown mailbox | mailbox unavailable | mailbox not found | mailbox does not exist |
            recipient name is not recognized | not listed in domino | not listed in public | not a valid mailbox |
            not a valid user | invalid recipient | invalid mailbox | invalid user | invalid address |
            invalid final delivery userid | address does not exist | user does not exist | account does not exist |
            does not exist here | user not exist | recipient does not exist | email address wasn't found |
            no valid recipients | bad destination mailbox | no longer valid | not known here | not our customer |
            unrouteable address | unroutable address | unknown or illegal | illegal user | illegal alias |
            not a known user | could not find user | couldn't find any user | is not a valid |
            no account by that name | unknown in virtual | unknown in local | unknown in relay |
            recipient address rejected | unknown account | this address no longer | doesn't exist | does not exist |
            empfänger unbekannt | unbekannter empfänger | benutzer unbekannt | existiert nicht |
            destinataire inconnu | utilisateur inconnu | n'existe pas | usuario desconocido | no existe |
            utente sconosciuto | destinatario sconosciuto | inesistente | onbekende gebruiker | bestaat niet |
            usuário desconhecido | não existe | nie istnieje | nieznany | не найден | не существует | неизвестен |
            見つから | 見つかりません | 存在しません | 存在し | 不存在 | 没有这个用户 | 查无此人 | 존재하지 않 | user is unknown |
            no mailbox by that name | there is no one at this address | no one here by that name | no such person |
            no such local user | sorry, no mailbox | recipient not in | not our user | unknown local-part |
            adresse inconnue | adresse du destinataire n'a pas été trouvée |
            adresse d'au moins un destinataire invalide | dirección no encontrada | indirizzo non trovato |
            gebruiker onbekend | ukjent bruker | ukjent mottaker | okänd användare | okänd mottagare |
            ukendt modtager | ukendt bruger | tuntematon vastaanottaja | neznámý uživatel | neznámý příjemce |
            neexistuje | bulunamadı | такого пользователя нет | нет такого пользователя | нет такого ящика |
            пользователь не зарегистрирован | adresse nicht gefunden | 宛先不明 | 收件人未知 | 查無此人 | 찾을 수 없 |
            konnte nicht gefunden | est introuvable | adresse introuvable | encontrado la dirección |
            encontró la dirección | trovare l'indirizzo | indirizzo non è stato trovato | niet gevonden |
            nie znaleziono | nie odnaleziono | endereço não encontrado | endereço não foi encontrado | hittades inte |
            ikke fundet | ikke funnet | ei löytynyt | ei löydy | nebyla nalezena | nebyl nalezen |
            nem található | nu a fost găsit | 找不到 | لم يتم العثور
        """),
    ),
    (  # There is no such domain, or it takes no mail.
        "1.2",
        phrases("""
            host unknown | unknown host | host not found | domain not found | domain does not exist | no such domain |
            unknown domain | name service error | couldn't find any host | no mx record | bad destination system |
            nullmx | does not accept mail | could not find a gateway | no route to host | unrouteable mail domain |
            no such host | nxdomain | unrouteable domain | domain unknown | domain name not found |
            no mail exchanger | no dns record | name or service not known | unresolvable | unable to resolve |
            domain isn't in my list | domäne nicht gefunden | domaine inconnu | dominio no encontrado |
            dominio sconosciuto | домен не найден | no mx or a record
        """),
    ),
    (  # The message is too big.
        "3.4",
        phrases("""
            message too large | message too big | message is too large | size limit | message size exceeds |
            exceeds size | exceeds maximum | maximum message size | too large for | message length exceeds |
            larger than | zu groß | trop volumineux | demasiado grande | za duża | слишком большой |
            message is larger | message is too long | size exceeded | message too long | troppo grande | te groot |
            grande demais | muito grande | för stort | for stor | příliš velk | çok büyük | サイズが大き | 邮件过大 |
            超过最大
        """),
    ),
    (  # The message goes round in circles.
        "4.6",
        phrases("""
            too many hops | mail loop | routing loop | loop detected | loops back to myself | loop alert
        """),
    ),
    (  # The time for trying is over.
        "4.7",
        phrases("""
            retry timeout | in the queue too long | retry time not reached | message expired |
            could not deliver for the last | delivery time expired | could not be delivered for |
            cannot send message for | attempts: | was aborted after | too long in queue |
            delivery attempts failed | failing for a long time | retry limit | maximum queue time | has been in the queue |
            exceeded retry | timeout waiting | zu lange in der warteschlange
        """),
    ),
    (  # The other side does not answer.
        "4.1",
        phrases("""
            connection timed out | connection refused | did not respond | no answer from host |
            did not accept our requests to connect | network error | could not connect | unable to connect |
            couldn't connect | connection dropped | host is down | destination server | not reachable | unreachable |
            socket error | connection reset | connection closed | lost connection | connection failed |
            conversation with | not responding | does not respond | name server timeout
        """),
    ),
    (  # The other side does not want it.
        "7.1",
        phrases("""
            spam | blacklist | blocklist | black list | block list | blocked | denied | rejected | relaying |
            relay not permitted | not authorized | not permitted | policy | unsolicited | reverse dns |
            not accepting mail | virus | prohibited | not allowed | abgelehnt | refusé | rechazado | odrzucon |
            отклонен | спам | spamhaus | spamcop | banned | reputation | relay access | sender verify failed |
            phishing | authentication required | dmarc | malware | avvist | avvisad | afvist | rifiutato | geweigerd |
            rejeitad | zamítnut | reddedildi | 拒否 | 拒绝 | 拒收 | 거부
        """),
    ),
    (  # The other side is busy.
        "4.2",
        phrases("""
            temporarily | try again later | deferred | greylist | graylist | too many connections |
            too many recipients | rate limit | resources | vorübergehend | temporairement | temporalmente |
            temporaneamente
        """),
    ),
)

# Mail was not delivered. Customers say so of parcels, too: it takes a robot's mark beside it.
FAILURE: Phrases = phrases("""
    alle empfänger nicht erreicht | nachrichtenzustellung | n'est pas parvenu | n'a pas atteint | no llegó a |
    non ha raggiunto | niet alle geadresseerden | não chegou | nådde inte | nåede ikke | nådde ikke | nie dotarła |
    address failed | address(es) failed | addresses failed | failed addresses | did not receive a copy |
    automatically by mail delivery | automatically rejected | error-for: | deliver program at |
    machine generated message | had delivery problems | undeliver | could not be delivered | couldn't be delivered |
    cannot be delivered | can not be delivered | can't be delivered | could not deliver | couldn't deliver |
    cannot deliver | unable to deliver | not able to deliver | wasn't able to deliver | not be delivered |
    was not delivered | not been delivered | wasn't delivered | hasn't been delivered | isn't delivered |
    delivery failed | delivery failure | delivery has failed | delevery to the following | delivery to the following |
    failed to deliver | failed delivery | failure notice | delivery problem | problem delivering | error delivering |
    failure delivering | delivery error | delivery status | delivery notification | delivery report | non-delivery |
    nondelivery | non delivery | non-delivered | returned mail | mail returned | returning to sender | mail failed |
    failed mail | trouble delivering | error message below | returned to sender | returning message | returning mail |
    returned message | return to sender | fatal errors | delivery problems | permanent error | permanent failure |
    did not reach | could not be reached | mail system error | could not send message | cannot send message |
    could not be sent | weren't sent | message not deliver | mail not deliver | transcript of session |
    message delivery has failed | sendeproblem | was rejected by | were rejected | has been rejected |
    rejected your message | message rejected | message was rejected | addresses were rejected | following recipients |
    following recipient(s) | bounced mail | message bounced | mail could not | user unknown | unknown user |
    mail error | failed recipient | mail failure | is undeliverable | error occurred while | recipient(s) could not |
    you may not have permission to post | not a member of this mailing list | unzustellbar | nicht zugestellt |
    konnte nicht zugestellt | konnte nicht übermittelt | konnte nicht ausgeliefert | nicht ausgeliefert |
    unbestellbar | zustellung fehlgeschlagen | übermittlungsfehler | zustellungsfehler | non remis | non distribu |
    échec de la remise | pas pu être remis | pas pu être envoyé | pas pu être livré | n'a pas été remis |
    non délivré | impossible de remettre | échec de remise | message n'a pu | no se pudo entregar |
    no se ha podido entregar | no entregado | no pudo ser entregado | no se puede entregar |
    no ha podido ser entregado | devuelto | error de entrega | mancato recapito | mancata consegna |
    non recapitabile | non consegnat | impossibile recapitare | non è stato possibile recapitare |
    recapito non riuscito | non è stato recapitato | niet worden bezorgd | onbestelbaar | kan niet worden afgeleverd |
    niet afgeleverd | niet bezorgd | não pôde ser entregue | não foi possível entregar | não entregue |
    não foi entregue | falha na entrega | não é possível entregar | nie można dostarczyć | nie została dostarczona |
    nie dostarczono | niedostarczon | nie może być dostarczona | zwrot przesyłki | nie udało się dostarczyć |
    nebylo možné doručit | nedoručiteln | nedoručen | kunne ikke leveres | kunde inte levereras | kunne ikke sendes |
    gick inte att leverera | olevererbar | ikke leveret | ikke levert | ei voitu toimittaa | toimittamaton |
    nem kézbesíthető | teslim edilemedi | не доставлен | не может быть доставлен | невозможно доставить |
    недоставлен | не удалось доставить | не було доставлено | 配信できません | 配信不能 | 送信できません |
    届けることができません | 送信に失敗 | エラー通知 | 戻りました | 送達できません | 配送できません |
    could not be transmitted | delivery attempt failed | wasn't able to send | unable to relay | mail was not sent |
    delivery of your message failed | unable to send | message undelivered | message blocked | address not found |
    konnte nicht gesendet | konnte nicht übertragen | n'a pu être remis | n'a pas pu être transmis |
    no ha podido entregar | no pudo ser enviado | no se ha entregado | non può essere recapitat |
    non può essere consegnat | kon niet worden bezorgd | kon niet worden afgeleverd | não foi enviada |
    não pode ser entregue | kunde inte skickas | kunne ikke afleveres | nie mogła zostać dostarczona |
    ei voida toimittaa | nelze doručit | nebyla doručena | iletilemedi | teslim edilemiyor | nu a putut fi livrat |
    не удалось отправить | не было доставлено | недоставленное | не может доставить | お届けできません | 配信に失敗 |
    配達できません | 无法递送 | 投递不成功 | 傳送失敗 | 無法送達 | 보낼 수 없 | 전달하지 못 | 无法发送 | 无法投递 |
    无法送达 | 退信 | 投递失败 | 發送失敗 | 無法傳遞 | 반송 | 전송되지 | 배달되지 | 배달 실패 | تعذر |
    未送达 | 未送達 | 无法将邮件 | 無法將郵件 | 배달하지 못 | 전송하지 못 | kan ikke leveres | levering mislykkedes |
    leveringen mislykkedes | leveringen mislyktes | ikke levere | gruppene mislyktes | ei voi toimittaa |
    toimittaminen epäonnistui | toimitus epäonnistui | vastaanottajille tai ryhmille | doručení se nezdařilo |
    не удается доставить | не удаётся доставить | выполнить доставку | levererades inte | har inte levererats |
    nie została doręczona | is mislukt | kézbesítés sikertelen | فشل التسليم | لم يتم تسليم
""")

# Subjects of mail systems. Customers write "Returned mail order" and "Non-delivery": it takes technical words beside them.
FORMAL: Phrases = phrases("""
    returned mail | mail returned | message returned | returned to sender | returning message to sender |
    returning to sender | undelivered mail | undelivered message | undeliverable mail | undeliverable message |
    undeliverable: | undeliverable email | mail delivery fail | mail delivery problem | message delivery fail |
    delivery status notification | delivery status report | delivery failure notification | failure notice |
    non-delivery: | non-delivery report | mail system error | mailer-daemon | bounced mail | could not send message |
    user unknown | unknown user | メールエラー | unzustellbar: | non remis | no se puede entregar: |
    non recapitabile: | onbestelbaar: | não entregue: | niedostarczone: | olevererbart: | 退信 |
    não é possível entregar: | kan ikke leveres: | ei voi toimittaa: | nedoručitelné: | не удается доставить: |
    teslim edilemedi: | 配信不能: | 未送达: | 未傳遞: | 배달되지 않음: | تعذر التسليم:
""")

# Words that people leave to mail systems.
TECHNICAL: Phrases = phrases("""
    non-delivery report | failed recipients | smtp | mailer-daemon | mail system | mail server |
    mail delivery software | transcript of session | rcpt to | delivery status notification | remote host said |
    final-recipient | addresses had delivery problems | permanent fatal errors
""")

# Delivery is tried again.
DELAY: Phrases = phrases("""
    advisory-only | delivery of your message was delayed | messages will be queued | still being retried |
    will be retried | will keep trying | will continue to | continue to attempt | continue to try | keep trying |
    has been delayed | is delayed | been delayed | delayed mail | delivery delayed | delivery is delayed |
    delay notification | (delay) | message delayed | not yet been delivered | has not yet been |
    hasn't been delivered yet | you do not need to resend | do not need to re-send | only a temporary failure |
    warning message only | this is just a warning | this is a warning | this is only a warning |
    no action is required on your part | delivery attempts will continue | will try again | will try for |
    temporary problem delivering | warning: could not send message | delivery temporarily suspended |
    attempts to deliver the message will continue | will be re-attempted | will be repeated | still in the queue |
    verzögert | verzögerung | weiterhin versucht | wird weiter versucht | retardé | différé | retrasado | se retrasó |
    in ritardo | ritardata | vertraagd | atrasad | adiada | opóźni | forsinket | försenad | viivästy | отложен |
    задерж | 配信が遅れ | 遅延 | 延迟 | 지연
""")

# The queue has thrown it away.
EXPIRED: Phrases = phrases("""
    envelope expired | message expired | message has expired | delivery time expired | expired in the queue
""")

# Delivery is not tried again, whatever else is said of waiting.
FINAL: Phrases = EXPIRED + phrases("""
    giving up | given up | permanent error | permanent failure | permanent fatal | failed permanently |
    no further delivery attempts | no further attempts | not going to try again | will be deleted from queue |
    will not be retried | will not be re-attempted | returned to sender | endgültig nicht |
    endgültig gescheitert | endgültig fehlgeschlagen
""")
