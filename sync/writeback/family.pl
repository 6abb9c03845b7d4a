# The configuration of an exiftool that reads and writes nothing itself: it loads what writing needs and forks an
# exiftool for each line that it is told, so that all of them have that in memory once. It ends with its input. Called
# by family.py; an exiftool that does not come as far as INIT says its version instead.
use strict;
use warnings;

# All of exiftool is compiled now, and none of it has run. By now, too, nothing is loaded from the working directory
# any more, which exiftool looks into as long as it reads a configuration.
INIT {
    require Fcntl;
    $| = 1;
    my $tool = Image::ExifTool->new;
    # The first line is tags: to set one, though it is never written, loads what it needs. What it complains of, it
    # gives where a list is wanted, and prints elsewhere.
    my @complaints = map { $tool->SetNewValue($_, 1) } split ' ', <STDIN> // '';
    $SIG{CHLD} = 'IGNORE';
    while (defined(my $line = <STDIN>)) {
        my $pid = fork;
        next if $pid;
        my ($in, $out, $err, $life) = split ' ', $line;
        # Never '>', which would empty a file: who waited too long for us may have one under that number by now.
        # Nobody writes into the pipe $life: when its other end is closed, be it by a crash, the kernel kills us. Had
        # that been before we asked for it, it would read as ended.
        my $well = defined $pid
            && open(LIFE, '<', $life)
            && fcntl(LIFE, Fcntl::F_SETOWN(), $$ + 0)
            && fcntl(LIFE, Fcntl::F_SETSIG(), 9)
            && fcntl(LIFE, Fcntl::F_SETFL(), Fcntl::O_ASYNC() | Fcntl::O_NONBLOCK())
            && !defined sysread(LIFE, my $nothing, 1)
            && sysopen(STDERR, $err, Fcntl::O_WRONLY())
            && open(STDIN, '<', $in)
            && sysopen(my $answers, $out, Fcntl::O_WRONLY());
        print $well ? "forked $$\n" : "none\n";
        next if !defined $pid;
        exit if !$well;
        open(STDOUT, '>&', $answers);
        $SIG{CHLD} = 'DEFAULT';
        $| = 0;
        @ARGV = qw(-stay_open True -@ -);
        return;
    }
    exit;
}
1;
