"""Lines that belong to the page around a text: comment forms, sharing, cookies, copyright, breadcrumbs.

A line counts only if the whole of it is such a phrase, so that no sentence of the text is taken for furniture; callers
look at the edges of a text only. Phrases are compared in lower case, without punctuation and arrows at their ends.
"""

from __future__ import annotations

import re

MAX_WIDTH = 200
"""Longer lines are text."""

_LABELS: dict[str, dict[str, tuple[str, ...]]] = {
    "comment-form label": {
        "post a reply": (
            "post a reply", "发表回复", "發表回覆", "發佈回覆", "回复", "antwort schreiben", "geef een reactie",
            "publier une réponse", "publicar una respuesta", "返信する",
        ),
        "leave a reply": (
            "leave a reply", "leave a response", "antwort hinterlassen", "schreibe eine antwort", "laisser une réponse",
            "deja una respuesta", "dejar una respuesta", "deixe uma resposta", "lascia una risposta",
            "laat een antwoord achter", "lämna ett svar", "legg igjen et svar", "skriv et svar", "bir yanıt yazın",
            "bir cevap yazın", "اترك رداً", "اترك ردا", "اترك رد", "αφήστε μια απάντηση", "lasă un răspuns",
            "tinggalkan balasan", "залишити відповідь", "留下回复", "返信を残す", "답글 남기기", "dodaj odpowiedź",
        ),
        "leave a comment": (
            "leave a comment", "post a comment", "add a comment", "write a comment", "join the discussion",
            "kommentar schreiben", "schreibe einen kommentar", "kommentar hinterlassen", "kommentar verfassen",
            "laisser un commentaire", "poster un commentaire", "ajouter un commentaire", "deja un comentario",
            "dejar un comentario", "deixe um comentário", "deixar um comentário", "lascia un commento",
            "laat een reactie achter", "lämna en kommentar", "legg igjen en kommentar", "skriv en kommentar",
            "jätä kommentti", "dodaj komentarz", "napsat komentář", "hagyj üzenetet", "оставить комментарий",
            "оставьте комментарий", "добавить комментарий", "залишити коментар", "yorum yapın", "اترك تعليقاً",
            "اترك تعليقا", "أضف تعليق", "כתיבת תגובה", "השארת תגובה", "发表评论", "發表評論", "發佈留言", "發表迴響",
            "留下评论", "コメントを残す", "コメントする", "댓글 남기기", "để lại một bình luận",
        ),
        "send": ("post comment", "submit comment", "cancel reply", "kommentar abschicken", "发表", "取消回复"),
        "required fields": (
            "name *", "email *", "e-mail *", "comment *", "website *", "required fields are marked *",
            "your email address will not be published",
            "your email address will not be published. required fields are marked *",
            "save my name, email, and website in this browser for the next time i comment",
        ),
    },
    "comment counter": {
        "no comments": ("no comments", "no comments yet", "be the first to comment", "comments are closed"),
    },
    "sharing": {
        "share this": (
            "share", "share this", "share this article", "share this post", "share this page", "share on facebook",
            "share on twitter", "share on x", "share on linkedin", "share on whatsapp", "share via email", "tweet",
            "teilen", "artikel teilen", "partager", "partager cet article", "compartir", "compartilhar", "condividi",
            "delen", "udostępnij", "поделиться", "分享", "シェア", "شارك", "مشاركة",
        ),
    },
    "printing": {
        "print this": (
            "print", "print this page", "print this article", "drucken", "imprimer", "imprimir", "stampa", "打印",
        ),
        "send by mail": ("email this", "email this article", "email this page"),
    },
    "subscription": {
        "subscribe": (
            "subscribe", "subscribe now", "subscribe to our newsletter", "sign up for our newsletter",
            "sign up to our newsletter", "join our newsletter", "newsletter abonnieren", "jetzt abonnieren",
            "s'abonner à la newsletter", "abonnez-vous à notre newsletter", "suscríbete a nuestro boletín",
            "iscriviti alla newsletter", "订阅",
        ),
    },
    "cookie notice": {
        "accept cookies": (
            "accept cookies", "accept all cookies", "reject all cookies", "cookie settings", "manage cookies",
            "alle cookies akzeptieren", "accepter les cookies", "tout accepter", "aceptar cookies",
        ),
    },
    "copyright line": {
        "all rights reserved": (
            "all rights reserved", "alle rechte vorbehalten", "tous droits réservés", "todos los derechos reservados",
            "todos os direitos reservados", "tutti i diritti riservati", "版权所有",
        ),
    },
    "link to more": {
        "read more": (
            "read more", "continue reading", "read the full article", "weiterlesen", "mehr lesen", "lire la suite",
            "en savoir plus", "leer más", "seguir leyendo", "ler mais", "leggi tutto", "lees meer", "czytaj więcej",
            "читать далее", "阅读更多", "閱讀更多", "続きを読む", "더 보기", "اقرأ المزيد",
        ),
    },
    "navigation": {
        "skip to content": (
            "skip to content", "skip to main content", "zum inhalt springen", "aller au contenu", "ir al contenido",
        ),
        "menu": ("menu", "toggle navigation", "main menu"),
        "back to top": ("back to top", "nach oben", "retour en haut", "volver arriba"),
    },
    "advertising": {"advertisement": ("advertisement", "anzeige", "publicité", "publicidad", "广告")},
}  # fmt: skip

_PHRASES = {
    phrase.casefold(): f'site boilerplate ({kind}, "{gloss}")'
    for kind, glosses in _LABELS.items()
    for gloss, phrases in glosses.items()
    for phrase in phrases
}
_PATTERNS = (
    (re.compile(r"\d{1,6} (?:comments?|replies|responses|kommentare?|commentaires?|comentarios)"), "comment counter"),
    (re.compile(r"(?:©|\(c\)|copyright\b).{0,60}\b(?:19|20)\d\d\b.{0,80}"), "copyright line"),
    (re.compile(r"(?:©|\(c\)|copyright ©|copyright \(c\)).{0,60}\ball rights reserved"), "copyright line"),
    (re.compile(r"(?:we|this site|this website) uses? cookies\b.{0,150}"), "cookie notice"),
    (re.compile(r"(?:wir verwenden|diese (?:web)?seite verwendet) cookies\b.{0,150}"), "cookie notice"),
    (re.compile(r"(?:nous utilisons|ce site utilise) des cookies\b.{0,150}"), "cookie notice"),
)
_BREADCRUMBS = re.compile(r"(?:home|startseite|accueil|inicio|início|首页|الرئيسية)(?: ?[>»›/→] ?[^>»›/→]{1,60}){1,8}")
_ENDS = " \t\u00a0:.!…»›→>↓|←«"


def furniture_reason(line: str) -> str | None:
    """Why ``line`` is page furniture, or None if it may be text."""
    if len(line) > MAX_WIDTH:
        return None
    whole = line.strip().casefold()
    phrase = whole.strip(_ENDS).replace("’", "'")
    if phrase in _PHRASES:
        return _PHRASES[phrase]
    for pattern, kind in _PATTERNS:
        if pattern.fullmatch(phrase):
            return f"site boilerplate ({kind})"
    return "site boilerplate (breadcrumbs)" if _BREADCRUMBS.fullmatch(phrase) else None
