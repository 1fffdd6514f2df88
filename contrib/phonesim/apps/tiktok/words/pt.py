"""Portuguese: what following needs."""

WORDS = {
    "home": "Início",
    "friends_tab": "Amigos",
    "inbox": "Entrada",
    "profile": "Perfil",
    "for_you": "Para você",
    "following_tab": "Seguindo",
    "follow": "Seguir",
    "follow_back": "Seguir de volta",
    "following": "Seguindo",
    "friends": "Amigos",
    "requested": "Solicitado",
    "message": "Mensagem",
    "following_stat": "Seguindo",
    "followers": "Seguidores",
    "likes": "Curtidas",
    "follow_name": "Seguir {}",
    "unfollow": "Deixar de seguir",
    "cancel": "Cancelar",
    "not_now": "Agora não",
}
