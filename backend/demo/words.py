"""What simulated villagers write, by how satisfied they are and with what."""

PRAISE: dict[str, tuple[str, ...]] = {
    "service_window": (
        "办医保跑一趟就办好了，谢谢",
        "窗口的小伙子很耐心，一项一项教",
        "带的材料不全，帮着打电话问清楚了",
        "人不多，十分钟办完",
    ),
    "clinic": ("量血压不收钱，还教怎么吃药", "医生下午也在，方便", "给老人上门换药，心里暖"),
    "service_station": ("取快递、交电费一个地方办了", "代办员热心，字写不好也不嫌", "周末也有人"),
    "street_lamp": ("报了两天就修好了", "晚上走路亮堂多了"),
    "water": ("水压比去年好", "停水提前在群里说了", "修水管的师傅手脚快"),
    "waste": ("垃圾天天收，巷子干净", "桶换新的了，不臭"),
}
COMPLAINT: dict[str, tuple[str, ...]] = {
    "service_window": (
        "上午十点还没人，白跑一趟",
        "一个证明跑了三回",
        "问了半天说不归他管",
        "下午四点就锁门了",
    ),
    "clinic": ("常用的药经常没有", "来了两次医生都不在", "报销说不明白"),
    "service_station": ("机器坏了一个月", "门开得太晚", "代办收据没给"),
    "street_lamp": ("村口第三盏不亮，报过两回了", "一到下雨就灭", "灯太稀，北巷一盏也没有"),
    "water": ("早上水小得像线", "水发黄，澄一夜还有泥", "停水没人说一声"),
    "waste": ("三天没来收了", "夏天味道太大", "垃圾堆在沟边没人管"),
}
PLAIN = ("还可以", "比以前强些", "一般", "希望再快一点", "凑合")
# Some villagers leave what the text check moderates.
MODERATED = ("有事打我电话 13800138000", "办不好就去死", "加微信帮你办低保")
