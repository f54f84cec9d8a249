# gnuplot script by voipqos: reads stream.dat, writes stream.png and stream.svg
reset
set encoding utf8
set border 3 lc rgb "#555555"
set tics nomirror out scale 0.6
set grid ytics xtics lc rgb "#cfcfcf" lw 1
unset key

if (strstrt(GPVAL_TERMINALS, " pngcairo ")) {
    set terminal pngcairo noenhanced size 1100,1000 font "Sans,12" background rgb "white"
} else {
    set terminal png noenhanced size 1100,1000 medium
}
set output 'stream.png'
set multiplot layout 4,1 margins 0.09,0.97,0.07,0.92 spacing 0,0.035
set label 1 "Call 1: anna → bert, PCMU" at screen 0.5, screen 0.978 center font ",14" noenhanced
set label 2 "10.20.30.11:16434 → 10.20.30.12:16436   668 packets, 4.71 % lost, jitter 1.05 ms, R 40.6, MOS 2.10" at screen 0.5, screen 0.95 center font ",10" noenhanced
set xrange [0.006891:14.006891]
unset xlabel
set format x ""
set ylabel "jitter, ms"
set yrange [0:1.55365]
plot 'stream.dat' using ($1+$10/2):5 with linespoints lw 1.8 pt 7 ps 0.5 lc rgb "#1f6fb4" notitle
unset label
set ylabel "interarrival, ms"
set yrange [0:114.045]
set key top right horizontal
plot 'stream.dat' using ($1+$10/2):7 with lines lw 1 lc rgb "#c9a35a" title "longest", 'stream.dat' using ($1+$10/2):6 with linespoints lw 1.8 pt 7 ps 0.5 lc rgb "#8a5a00" title "mean"
unset key
set ylabel "loss, %"
set yrange [0:13.8]
set style fill solid 0.8 noborder
plot 'stream.dat' using ($1+$10/2):4:($10*0.9) with boxes lc rgb "#c0392b" notitle
set ylabel "MOS"
set xlabel "time since the first frame, s"
set format x "%g"
set object 1 rectangle from graph 0, first 4.024 to graph 1, first 4.500 behind fc rgb "#e3f3e3" fs solid noborder
set object 2 rectangle from graph 0, first 3.597 to graph 1, first 4.024 behind fc rgb "#f1f7dc" fs solid noborder
set object 3 rectangle from graph 0, first 3.100 to graph 1, first 3.597 behind fc rgb "#fdf3d6" fs solid noborder
set object 4 rectangle from graph 0, first 1.000 to graph 1, first 3.100 behind fc rgb "#fbe3df" fs solid noborder
set yrange [1:4.5]
set ytics 1, 0.5, 4.5
plot 'stream.dat' using ($1+$10/2):9 with linespoints lw 1.8 pt 7 ps 0.5 lc rgb "#2e7d32" notitle
unset object
set ytics autofreq
unset multiplot
unset output

set terminal svg noenhanced size 1100,1000 font "Sans,13" background rgb "white"
set output 'stream.svg'
set multiplot layout 4,1 margins 0.09,0.97,0.07,0.92 spacing 0,0.035
set label 1 "Call 1: anna → bert, PCMU" at screen 0.5, screen 0.978 center font ",14" noenhanced
set label 2 "10.20.30.11:16434 → 10.20.30.12:16436   668 packets, 4.71 % lost, jitter 1.05 ms, R 40.6, MOS 2.10" at screen 0.5, screen 0.95 center font ",10" noenhanced
set xrange [0.006891:14.006891]
unset xlabel
set format x ""
set ylabel "jitter, ms"
set yrange [0:1.55365]
plot 'stream.dat' using ($1+$10/2):5 with linespoints lw 1.8 pt 7 ps 0.5 lc rgb "#1f6fb4" notitle
unset label
set ylabel "interarrival, ms"
set yrange [0:114.045]
set key top right horizontal
plot 'stream.dat' using ($1+$10/2):7 with lines lw 1 lc rgb "#c9a35a" title "longest", 'stream.dat' using ($1+$10/2):6 with linespoints lw 1.8 pt 7 ps 0.5 lc rgb "#8a5a00" title "mean"
unset key
set ylabel "loss, %"
set yrange [0:13.8]
set style fill solid 0.8 noborder
plot 'stream.dat' using ($1+$10/2):4:($10*0.9) with boxes lc rgb "#c0392b" notitle
set ylabel "MOS"
set xlabel "time since the first frame, s"
set format x "%g"
set object 1 rectangle from graph 0, first 4.024 to graph 1, first 4.500 behind fc rgb "#e3f3e3" fs solid noborder
set object 2 rectangle from graph 0, first 3.597 to graph 1, first 4.024 behind fc rgb "#f1f7dc" fs solid noborder
set object 3 rectangle from graph 0, first 3.100 to graph 1, first 3.597 behind fc rgb "#fdf3d6" fs solid noborder
set object 4 rectangle from graph 0, first 1.000 to graph 1, first 3.100 behind fc rgb "#fbe3df" fs solid noborder
set yrange [1:4.5]
set ytics 1, 0.5, 4.5
plot 'stream.dat' using ($1+$10/2):9 with linespoints lw 1.8 pt 7 ps 0.5 lc rgb "#2e7d32" notitle
unset object
set ytics autofreq
unset multiplot
unset output

