const { page } = require('../../core/page')

const POINTS = [
  { title: '记下什么', words: '微信给的一个编号(不是您的微信号)、您选的村、您点的脸和写的话、提的诉求、得的积分。电话您愿意才留。不要您的身份证号,也不要密码。' },
  { title: '谁看得见', words: '村里和镇里只看见「有人说了什么」,看不见是谁说的;反映村干部的诉求,村里看不到。合起来的得分,大家都看得见。' },
  { title: '为什么要登录', words: '只为一件事:一个人在一个地方一天评一次,谁也不能刷票。' },
  { title: '用到手机的什么', words: '扫码时用一下相机。提诉求时,您自己选的照片、自己录的话才会传上来,照片里的位置会去掉。不看通讯录,也不看您在哪里。' },
  { title: '不想用了', words: '在「我的」里退出登录就行。要删掉自己的记录,打 12345 说一声。' },
]

Page(page({
  data: { points: POINTS },
  openContract() { wx.openPrivacyContract({ fail: () => undefined }) },
}))
