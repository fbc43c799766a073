# Called before the server starts, with its words. A server with append-only files reads nothing else: on a volume with snapshots alone
# it would start empty, and overwrite the snapshot with the next one. So it gets that snapshot as its first append-only file, which
# Redis reads in this form since version 4. A server without such files would pass them over.
set -e
case " $* " in
  # Files of other names and in other folders are left to who named them.
  *" --dir"* | *" --dbfilename"* | *" --appenddirname"* | *" --appendfilename"*) ;;
  *" --appendonly yes "*)
    if [ -s /data/dump.rdb ] && [ ! -e /data/appendonlydir ] && [ ! -e /data/appendonly.aof ]; then
      echo "mlopsgen: no append-only file: the data is that of dump.rdb" >&2
      cp /data/dump.rdb /data/appendonly.copy
      mv /data/appendonly.copy /data/appendonly.aof
    fi
    ;;
  *" --appendonly no "*)
    for kept in /data/appendonlydir /data/appendonly.aof; do
      if [ -e "$kept" ]; then
        echo "mlopsgen: with appendonly = no the data of $kept would not be read. Start with yes, type CONFIG SET appendonly no and SAVE, move $kept away, and start again" >&2
        exit 1
      fi
    done
    ;;
esac
