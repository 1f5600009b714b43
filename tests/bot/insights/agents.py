"""Agents with what they are, collected by hand: declared programs, in-app browsers, ordinary browsers.

Programs as their makers document them (robots.txt pages of search engines, documentation of link previews); browsers
as current versions of 2025 and 2026 send them.
"""

from __future__ import annotations

from typing import Final

_MOZ: Final = "Mozilla/5.0 (compatible; "
PROGRAMS: Final = (
    # search engines and their kin
    _MOZ + "Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/131.0.6778.69 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Googlebot-Image/1.0",
    "Mozilla/5.0 (compatible; GoogleOther)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) "
    "Chrome/116.0.1938.76 Safari/537.36",
    _MOZ + "YandexBot/3.0; +http://yandex.com/bots)",
    _MOZ + "Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
    "DuckDuckBot/1.1; (+http://duckduckgo.com/duckduckbot.html)",
    _MOZ + "SeznamBot/4.0; +https://o-seznam.cz/napoveda/vyhledavani/en/seznambot-crawler/)",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.1.1 "
    "Safari/605.1.15 (Applebot/0.1; +http://www.apple.com/go/applebot)",
    _MOZ + "Qwantify/2.4w; +https://www.qwant.com/)/2.4w",
    _MOZ + "PetalBot;+https://webmaster.petalsearch.com/site/petalbot)",
    _MOZ + "coccocbot-web/1.0; +http://help.coccoc.com/searchengine)",
    _MOZ + "MojeekBot/0.11; +https://www.mojeek.com/bot.html)",
    # previews of links
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "facebookcatalog/1.0",
    "meta-externalagent/1.1 (+https://developers.facebook.com/docs/sharing/webmasters/crawler)",
    "meta-externalfetcher/1.1 (+https://developers.facebook.com/docs/sharing/webmasters/crawler)",
    "Twitterbot/1.0",
    "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Slackbot 1.0 (+https://api.slack.com/robots)",
    _MOZ + "Discordbot/2.0; +https://discordapp.com)",
    "TelegramBot (like TwitterBot)",
    "WhatsApp/2.23.20.0",
    "WhatsApp/2.2412.54 W",
    "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com",
    _MOZ + "vkShare; +http://vk.com/dev/Share)",
    "Pinterest/0.2 (+https://www.pinterest.com/bot.html)",
    _MOZ + "Pinterestbot/1.0; +http://www.pinterest.com/bot.html)",
    "http.rb/5.1.1 (Mastodon/4.3.2; +https://mastodon.social/) Bot",
    "Mozilla/5.0 (compatible; Bluesky Cardyb/1.1; +mailto:support@bsky.app)",
    _MOZ + "redditbot/1.0; +http://www.reddit.com/feedback)",
    "Mozilla/5.0 (compatible; Embedly/0.2; +http://support.embed.ly/)",
    "Iframely/1.3.1 (+https://iframely.com/docs/about)",
    "Mozilla/5.0 (compatible; Snapchat/unfurl; +https://www.snapchat.com)",
    "LinkedInBot/1.0",
    "Google-PageRenderer Google (+https://developers.google.com/+/web/snippet/)",
    # archives, assistants, measuring services
    _MOZ + "archive.org_bot +http://archive.org/details/archive.org_bot)",
    "CCBot/2.0 (https://commoncrawl.org/faq/)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; ChatGPT-User/1.0; +https://openai.com/bot",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; PerplexityBot/1.0; "
    "+https://perplexity.ai/perplexitybot)",
    _MOZ + "Bytespider; spider-feedback@bytedance.com)",
    "Mozilla/5.0 (compatible; Amazonbot/0.1; +https://developer.amazon.com/support/amazonbot)",
    _MOZ + "AhrefsBot/7.0; +http://ahrefs.com/robot/)",
    _MOZ + "SemrushBot/7~bl; +http://www.semrush.com/bot.html)",
    _MOZ + "MJ12bot/v1.4.8; http://mj12bot.com/)",
    _MOZ + "DotBot/1.2; +https://opensiteexplorer.org/dotbot; help@moz.com)",
    _MOZ + "DataForSeoBot/1.0; +https://dataforseo.com/dataforseo-bot)",
    _MOZ + "BLEXBot/1.0; +http://webmeup-crawler.com/)",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/131.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Linux; Android 11; moto g power (2022)) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 "
    "Mobile Safari/537.36 Chrome-Lighthouse",
    _MOZ + "UptimeRobot/2.0; http://www.uptimerobot.com/)",
    "Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)",
    "Mozilla/5.0 (compatible; StatusCake)",
    "Site24x7",
    "GoogleImageProxy (via ggpht.com GoogleImageProxy)",
    # feed readers and libraries
    "Feedly/1.0 (+http://www.feedly.com/fetcher.html; like FeedFetcher-Google)",
    "FeedFetcher-Google; (+http://www.google.com/feedfetcher.html)",
    "Inoreader/1.0 (+https://www.inoreader.com/feed-fetcher; 12 subscribers; )",
    "curl/8.11.0",
    "Wget/1.24.5",
    "python-requests/2.32.3",
    "python-httpx/0.27.2",
    "Python/3.12 aiohttp/3.11.9",
    "Go-http-client/2.0",
    "okhttp/4.12.0",
    "Java/17.0.13",
    "axios/1.7.9",
    "node-fetch/1.0 (+https://github.com/bitinn/node-fetch)",
    "PostmanRuntime/7.43.0",
    "libwww-perl/6.77",
    "Scrapy/2.12.0 (+https://scrapy.org)",
    "Apache-HttpClient/4.5.14 (Java/17.0.13)",
)

_IPHONE: Final = "Mozilla/5.0 (iPhone; CPU iPhone OS {} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
_VIEW: Final = (
    "Mozilla/5.0 (Linux; Android {}; {}; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/{} Mobile "
    "Safari/537.36 "
)
_PIXEL = _VIEW.format("15", "Pixel 8 Build/AP4A.250105.002", "131.0.6778.200")
_GALAXY = _VIEW.format("14", "SM-S921B Build/UP1A.231005.007", "130.0.6723.107")
_REDMI = _VIEW.format("13", "22111317G Build/TKQ1.221114.001", "129.0.6668.100")
_NEW_PHONE, _PHONE, _OLD_PHONE = (_IPHONE.format(version) for version in ("18_2", "17_6_1", "16_7_10"))
IN_APPS: Final = (
    _NEW_PHONE + "Mobile/22C152 Instagram 361.0.0.35.82 (iPhone16,2; iOS 18_2; de_CH; de; scale=3.00; 1290x2796)",
    _PHONE + "Mobile/21G93 Instagram 346.1.0.31.111 (iPhone14,5; iOS 17_6_1; en_GB; en; scale=3.00; 1170x2532)",
    _OLD_PHONE + "Mobile/20H350 Instagram 340.0.3.22.101 (iPhone10,4; iOS 16_7_10; fr_FR; fr; scale=2.00; 750x1334)",
    _PIXEL + "Instagram 361.0.0.46.88 Android (35/15; 420dpi; 1080x2400; Google/google; Pixel 8; shiba; de_DE)",
    _GALAXY + "Instagram 359.0.0.59.89 Android (34/14; 480dpi; 1080x2340; samsung; SM-S921B; e1s; s5e9945; en_US)",
    _REDMI + "Instagram 350.1.0.46.93 Android (33/13; 440dpi; 1080x2400; Xiaomi/Redmi; 22111317G; sunstone; it_IT)",
    _NEW_PHONE + "Mobile/22C152 [FBAN/FBIOS;FBAV/491.0.0.41.105;FBBV/677474563;FBDV/iPhone16,1;FBMD/iPhone;"
    "FBSN/iOS;FBSV/18.2;FBSS/3;FBID/phone;FBLC/de_DE;FBOP/80]",
    _PHONE + "Mobile/21G93 [FBAN/FBIOS;FBAV/480.0.0.35.108;FBBV/640287162;FBDV/iPhone13,2;FBMD/iPhone;FBSN/iOS;"
    "FBSV/17.6.1;FBSS/3;FBCR/;FBID/phone;FBLC/en_US;FBOP/5]",
    _PIXEL + "[FB_IAB/FB4A;FBAV/491.0.0.42.79;IABMV/1;]",
    _GALAXY + "[FB_IAB/FB4A;FBAV/489.0.0.66.81;]",
    _REDMI + "[FB_IAB/FB4A;FBAV/470.0.0.44.108;]",
    _GALAXY + "[FB_IAB/MESSENGER;FBAV/484.0.0.55.109;]",
    _NEW_PHONE + "Mobile/22C152 [FBAN/MessengerForiOS;FBAV/485.0.0.34.109;FBBV/663456789;FBDV/iPhone15,3;FBMD/iPhone;"
    "FBSN/iOS;FBSV/18.2;FBSS/3;FBID/phone;FBLC/en_GB]",
    _NEW_PHONE + "Mobile/22C152 Barcelona 362.0.0.33.83 (iPhone16,2; iOS 18_2; en_US; en; scale=3.00; 1290x2796)",
    _PIXEL + "Barcelona 360.0.0.40.109 Android (35/15; 420dpi; 1080x2400; Google; Pixel 8; shiba; shiba; en_US)",
    _NEW_PHONE + "Mobile/22C152 Twitter for iPhone/10.71",
    _PHONE + "Version/17.6.1 Mobile/15E148 Safari/604.1 Twitter for iPhone",
    _PIXEL + "TwitterAndroid",
    _GALAXY + "Twitter for Android",
    _NEW_PHONE + "Mobile/22C152 [LinkedInApp]/9.30.2561",
    _PHONE + "Mobile/15E148 [LinkedInApp]/9.29.8861",
    _PIXEL + "[LinkedInApp]/4.1.1021",
    _GALAXY + "LinkedInApp/4.1.1002",
    _NEW_PHONE + "Mobile/22C152 [Pinterest/iOS]",
    _PIXEL + "[Pinterest/Android]",
    _NEW_PHONE + "Mobile/15E148 musical_ly_38.0.0 JsSdk/2.0 NetType/WIFI Channel/App Store ByteLocale/de Region/CH "
    "isDarkMode/1 WKWebView/1 RevealType/Dialog BytedanceWebview/d8a21c6 FalconTag/",
    _GALAXY + "trill_2023708030 JsSdk/1.0 NetType/WIFI Channel/googleplay AppName/musical_ly app_version/37.8.3 "
    "ByteLocale/en ByteFullLocale/en Region/GB BytedanceWebview/d8a21c6",
    _NEW_PHONE + "Mobile/22C152 Snapchat/13.19.0.51 (like Safari/8620.1.16.10.11, panda)",
    _PIXEL + "Snapchat/13.20.0.36 (Pixel 8; Android 15#12645632#35; gzip; )",
    _NEW_PHONE + "GSA/346.0.703426213 Mobile/15E148 Safari/604.1",
    _PHONE + "Mobile/15E148 MicroMessenger/8.0.54(0x18003630) NetType/WIFI Language/en",
    _PIXEL + "XWEB/1300259 MMWEBSDK/20240802 MMWEBID/1437 MicroMessenger/8.0.54.2760(0x28003652) WeChat/arm64 Weixin "
    "NetType/WIFI Language/de_DE ABI/arm64",
    _NEW_PHONE + "Mobile/15E148 Safari Line/14.19.1",
    _GALAXY + "Line/14.19.1/IAB",
    _GALAXY + "KAKAOTALK/11.0.5 (INAPP)",
    _NEW_PHONE + "Version/18.2 Mobile/15E148 Safari/604.1 Viber/23.9.0",
    _PIXEL + "Telegram-Android/11.5.3 (Google Pixel 8; Android 15; SDK 35; HIGH)",
    _PIXEL + "Reddit/2024.50.0/Android 15",
    _NEW_PHONE + "Mobile/15E148 Reddit/Version 2024.50.0/Build 615432/iOS Version 18.2 (Build 22C152)",
    _PIXEL + "GoogleApp/15.51.31.28.arm64",
    _GALAXY + "Slack/24.12.10.0",
    _NEW_PHONE + "Mobile/15E148 Slack_SSB/24.12.10",
    _NEW_PHONE + "Mobile/15E148 DuckDuckGo/7 Safari/605.1.15",
    "Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) discord/1.0.9175 "
    "Chrome/128.0.6613.186 Electron/32.2.7 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Slack/4.41.105 "
    "Chrome/130.0.6723.118 Electron/33.1.0 Safari/537.36 Sonic Slack_SSB/4.41.105",
)

_WIN: Final = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
_MAC: Final = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/"
_DROID: Final = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
BROWSERS: Final = (
    *(f"{_WIN}Chrome/{version}.0.0.0 Safari/537.36" for version in (109, 120, 124, 128, 131, 132, 138)),
    *(f"{_MAC}537.36 (KHTML, like Gecko) Chrome/{version}.0.0.0 Safari/537.36" for version in (116, 129, 131, 139)),
    *(f"{_DROID}Chrome/{version}.0.0.0 Mobile Safari/537.36" for version in (119, 127, 131, 137)),
    *(f"{_MAC}605.1.15 (KHTML, like Gecko) Version/{v} Safari/605.1.15" for v in ("16.6", "17.4.1", "18.1.1", "18.2")),
    *(_IPHONE.format(s) + f"Version/{v} Mobile/15E148 Safari/604.1" for s, v in (
        ("15_8_3", "15.6.6"), ("16_7_10", "16.6"), ("17_6_1", "17.6"), ("18_2", "18.2"), ("18_5", "18.5"))),
    *(f"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:{v}.0) Gecko/20100101 Firefox/{v}.0" for v in (115, 128, 140)),
    *(f"Mozilla/5.0 (X11; Linux x86_64; rv:{v}.0) Gecko/20100101 Firefox/{v}.0" for v in (128, 134)),
    "Mozilla/5.0 (Android 14; Mobile; rv:133.0) Gecko/133.0 Firefox/133.0",
    _IPHONE.format("17_6") + "FxiOS/133.0 Mobile/15E148 Safari/605.1.15",
    _IPHONE.format("18_1") + "CriOS/131.0.6778.154 Mobile/15E148 Safari/604.1",
    _IPHONE.format("18_1") + "EdgiOS/131.0.2903.92 Version/18.0 Mobile/15E148 Safari/604.1",
    _WIN + "Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
    _WIN + "Chrome/130.0.0.0 Safari/537.36 OPR/115.0.0.0",
    _WIN + "Chrome/131.0.0.0 Safari/537.36 Vivaldi/7.0.3495.29",
    _DROID + "SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36",
    _DROID + "Chrome/130.0.0.0 Mobile Safari/537.36 EdgA/130.0.0.0",
    _DROID + "Chrome/129.0.0.0 Mobile Safari/537.36 OPR/86.0.0.0",
    "Mozilla/5.0 (Linux; U; Android 13; de-de; Redmi Note 12 Build/TKQ1) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Version/4.0 Chrome/112.0.5615.136 Mobile Safari/537.36 XiaoMi/MiuiBrowser/14.20.0-gn",
    "Mozilla/5.0 (Linux; Android 12; HarmonyOS; NOH-NX9) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/114.0.5735.196 HuaweiBrowser/15.0.4.312 Mobile Safari/537.36",
    "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
    "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0",
    "Mozilla/5.0 (iPad; CPU OS 17_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.7 "
    "Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 9; KFTRWI) AppleWebKit/537.36 (KHTML, like Gecko) Silk/131.2.3 like Chrome/131.0.0 "
    "Safari/537.36",
    "Mozilla/5.0 (Linux; arm_64; Android 13; CPH2411) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 "
    "YaBrowser/24.7.2.92.00 SA/3 Mobile Safari/537.36",
    "Mozilla/5.0 (SMART-TV; LINUX; Tizen 7.0) AppleWebKit/537.36 (KHTML, like Gecko) 94.0.4606.31/7.0 TV Safari/537.36",
    "Mozilla/5.0 (Linux; Android 11; CUBOT X50) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile "
    "Safari/537.36",
)  # fmt: skip
