"""Chinese: what following needs."""

WORDS = {
    "home": "首页",
    "friends_tab": "好友",
    "inbox": "收件箱",
    "profile": "主页",
    "for_you": "推荐",
    "following_tab": "关注",
    "follow": "关注",
    "follow_back": "回关",
    "following": "已关注",
    "friends": "互相关注",
    "requested": "已请求",
    "message": "私信",
    "following_stat": "关注",
    "followers": "粉丝",
    "likes": "获赞",
    "unfollow": "取消关注",
    "cancel": "取消",
    "not_now": "以后再说",
    "captcha_title": "请完成验证",
}
