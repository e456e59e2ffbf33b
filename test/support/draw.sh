# Draws what a terminal can show, a screen at a time: a key leads to the next one. For bash, without any other program. Row 24 says which it is.
# Nothing here is what tmux and xterm do in ways of their own: CSI L keeps no column, ESC ( 0 is letters in a capture, widths are Unicode 11.
# (And a capture ends where the last character of a line was written, whatever the ground is behind it.)
next() {
  printf '\e[0m\e[r\e[?6l\e[?25h\e[2J\e[24;1Hscreen %s \e[H' "$1"
}
waits() {
  IFS= read -rsn1
}
stty -echo 2>/dev/null || :

next attributes
for code in 0 1 2 3 4 5 7 8 9 53 '1;3;4' '2;7;9'; do printf '\e[%smcode %s\e[0m ' "$code" "$code"; done
printf '\n'
for style in 1 2 3 4 5; do printf '\e[4:%smstyle %s\e[0m \e[4:%s;58:2::255:%s:0mits colour\e[0m \e[4:%s;58:5:%sm%s\e[59mnone\e[0m\n' "$style" "$style" "$style" "$style" "$style" "$style" "$style"; done
printf '\e[21mtwice\e[24m once\e[0m\n'
waits

next colours
for code in {30..37} {90..97} 39; do printf '\e[%sm%s\e[0m ' "$code" "$code"; done
printf '\n'
for code in {40..47} {100..107} 49; do printf '\e[%sm%s\e[0m ' "$code" "$code"; done
printf '\n'
for code in {0..255}; do printf '\e[48;5;%sm \e[0m' "$code"; done
printf '\n'
for at in {0..79}; do printf '\e[38;2;%s;0;%sm\e[48;2;0;%s;40mx' "$((at * 3))" "$((255 - at * 3))" "$((at * 2))"; done
printf '\e[0m\n\e[1;31;44mto the end\e[K\e[0m\e[80G.\n\e[42m\e[2Kall\e[0m\e[80G.\n'
waits

next text
printf 'wide 日本語 한글 ｆｕｌｌ emoji 😀🚀 café café ộ שָ\n'
printf '─│┌┐└┘├┤ ▁▂▃▄▅▆▇█ ░▒▓ ←↑→↓ ✓✗ ‐–—\n'
printf '0123456789%.0s' {1..7}
printf '12345678日'
printf '9\n'
printf '日本%.0s' {1..25}
printf '\n\e[8;3H日\e[8;4Hx\e[8;10H日本\e[8;10Hy\e[9;5Habcdef\e[9;7H日\e[9;20H日日日\e[9;22H\e[2X\n'
waits

next moves
for row in {1..20}; do printf '\e[%s;1Hrow %s of many' "$row" "$row"; done
printf '\e[5;15r\e[15;1H\n\n\e[5;1H\eM\eM\e[r\e[18;1H\e[2S\e[3;5H\e[4@\e[4;5H\e[3P\e[6;5H\e[6X\e[8;1H\e[3M\e[10;4H\e7\e[31m\e[20;20Hred\e8after\e[12;40Ha\tb\t\tc\e[2Zd\e[13;1H-\e[30b'
printf '\e[22;1H\e[?7lno wrap at the edge, so that only the last letter of these is written over and over again: x\e[?7h\e[24;1Hscreen moves \e[14;10H'
waits

next before
printf '\e[?1049h\e[2J\e[24;1Hscreen other \e[3;3Hthe other screen\e[?25l'
waits
printf '\e[?1049l\e[?25h after'
printf '\e[24;1Hscreen back \e[5;5H'
waits

# What comes in, until a q.
hears() {
  local got= key
  while IFS= read -rsn1 -d '' key && [ "$key" != q ]; do
    got+=$key
    printf '\e[2;1H\e[J%q\e[24;1Hscreen %s %s ' "$got" "$1" "${#got}"
  done
}

next keys
printf '\e[?1h\e=\e[?1003h\e[?1006h\e[?2004h\e[?1004h'
hears keys
printf '\e[?1l\e>\e[?1003l\e[?1006l\e[?2004l\e[?1004l'

next mouse
printf '\e[?1000h'
hears mouse
printf '\e[?1000l'

next size
# By asking: a bash that traps SIGWINCH while it reads stops to hear of it at some time.
IFS=' '
shown=
while sleep 0.05 && size=$(stty size); do
  [ "$size" = "$shown" ] && continue
  shown=$size
  read -r rows columns <<<"$size"
  printf '\e[H\e[2J'
  for ((row = 1; row < rows; row++)); do printf '\e[%s;1H%s of %s %s' "$row" "$row" "$rows" "$columns"; done
  printf '\e[%s;1Hscreen size %s %s ' "$rows" "$rows" "$columns"
done
