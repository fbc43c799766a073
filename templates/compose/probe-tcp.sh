<% if tool == "bash" %>
bash -c 'exec 3<> /dev/tcp/127.0.0.1/<{ number }>'
<% else %>
if command -v bash > /dev/null 2>&1; then
  bash -c 'exec 3<> /dev/tcp/127.0.0.1/<{ number }>'
elif python=$(command -v python3 || command -v python); then
  "$python" -c 'import socket; socket.create_connection(("127.0.0.1", <{ number }>), <{ timeout }>)'
elif command -v nc > /dev/null 2>&1; then
  nc -z -w <{ timeout }> 127.0.0.1 <{ number }>
elif command -v curl > /dev/null 2>&1; then
  # 7: the connection was refused. After any other result, a timeout too, something listens.
  curl --silent --noproxy "*" --max-time <{ timeout }> --output /dev/null http://127.0.0.1:<{ number }>
  [ $? -ne 7 ]
elif command -v wget > /dev/null 2>&1; then
  case "$(LC_ALL=C http_proxy= wget -T <{ timeout }> -O /dev/null http://127.0.0.1:<{ number }> 2>&1)" in
    *refused* | *nreachable*) exit 1 ;;
  esac
else
  echo "the image has none of bash, python3, python, nc, curl and wget to check its health with" >&2
  exit 1
fi
<% endif %>
