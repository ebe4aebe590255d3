"""A roster as Excel 97 writes it (.xls), made once with xlwt: officer 7, whose number is shown as
007."""

import base64
import zlib

_PACKED = (
    b"c-rk)O=uHA6#izLv`J{wO-zMW2%%urwuguZy|h~e?a5N>K@mZdb}6CFMz-+~4_d7`3W6uaOQ9aTRK56v"
    b"9`xoxsOUiughY>?1ce^jtZ!a+YZ?&}&_ZRtW!}7bGjHeZ%$qkm^L8atT71+~MjeLHf{GJFYmH1$3VH<{"
    b"RPQ*F_3{8EM`2qb7@&!4_2YTRn>IOza=y#Z@X+^)DDaumSzN$a&N35Qh$C!6N=O@qhzi^#Nf_O1Rg~!@"
    b"(;ZA7aLX4=M_6)$=@7Loi8EL+#`+JrUVK{X<+?EBd!Mk*N0#hI7hX#*zH(Dk+xl_X&ZK6ySw-B}jwR59"
    b"j+&Nf%W?qsXhkELOqLL%Szf{qCjor-mh;Pml5eeCfaI&2<!yhE%h{`!-_m@*Je>2qI*JsTW4@{rq}Fhd"
    b"JOP|&L0cEIY15`kE0s0LDdx<{d?sfRcQThPWUOfl+!N+>W-f0RLNdm4Owc#QgbrRS?L?>0$$W%Yj83+#"
    b"-T(IPczWD8$C7#82dcZpZfPSNT$LK69OfF0DS0FMnIB+!jo-S9`5vY*`T)xN#=BhR*aEk?&b58i&jH4J"
    b"V^0mgm-yn>6HnvCFUCINmq*K&V#^<lMfB1bO_9EQ7BDCV#hu#{&kQdYZe;nywEMRx6VP<mcE{ZkJF$)s"
    b"vk|7%k{lheQPSM8lG>t9`?3~dSrl=%y<qK@jgr)sqd2TZ@tB8hq-IYJK|w)5K|w)5K|!H$2={+n{%`tz"
    b"9U0`=k?(cZDOJ=p$$yIp<mk!M+43kX%54;y@}HgX3-4W`K^^bDP~sHzZes>%wqvGg|E2SqsQsRX74^Tj"
    b"gqrQY(u|$|xc{Hbu+s?"
)
OLD_EXCEL_ROSTER = zlib.decompress(base64.b85decode(_PACKED))
