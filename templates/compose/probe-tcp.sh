if command -v bash > /dev/null 2>&1; then
  exec bash -c 'exec 3<> /dev/tcp/127.0.0.1/<{ number }>'
fi
for python in python3 python; do
  command -v "$python" > /dev/null 2>&1 || continue
  exec "$python" -c 'import socket; socket.create_connection(("127.0.0.1", <{ number }>), <{ timeout }>)'
done
if command -v nc > /dev/null 2>&1; then
  exec nc -z -w <{ timeout }> 127.0.0.1 <{ number }>
fi
unset http_proxy all_proxy ALL_PROXY
if command -v curl > /dev/null 2>&1; then
  # Any answer, and any silence, is one of somebody who listens: 7 is a connection that was refused.
  curl --silent --max-time <{ timeout }> --output /dev/null http://127.0.0.1:<{ number }>
  [ $? -ne 7 ]
  exit
elif command -v wget > /dev/null 2>&1; then
  case "$(LC_ALL=C wget -T <{ timeout }> -O /dev/null http://127.0.0.1:<{ number }> 2>&1)" in
    *refused* | *nreachable*) exit 1 ;;
  esac
  exit 0
fi
echo "the image has none of bash, python3, python, nc, curl and wget to check its health with" >&2
exit 1
