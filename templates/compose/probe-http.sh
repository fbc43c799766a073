unset http_proxy https_proxy all_proxy HTTPS_PROXY ALL_PROXY
url=<{ scheme ~ "://127.0.0.1:" ~ number ~ path }>
if command -v curl > /dev/null 2>&1; then
  exec curl --fail --silent --show-error --insecure --globoff --max-time <{ timeout }> --output /dev/null "$url"
elif command -v wget > /dev/null 2>&1; then
<% if scheme == "https" %>
  exec wget -q --no-check-certificate -T <{ timeout }> -O /dev/null "$url"
<% else %>
  exec wget -q -T <{ timeout }> -O /dev/null "$url"
<% endif %>
fi
for python in python3 python; do
  command -v "$python" > /dev/null 2>&1 || continue
  exec "$python" -c '
import sys
try:
    import http.client as client
except ImportError:
    import httplib as client
<% if scheme == "https" %>
import ssl
probe = client.HTTPSConnection("127.0.0.1", <{ number }>, timeout=<{ timeout }>, context=ssl._create_unverified_context())
<% else %>
probe = client.HTTPConnection("127.0.0.1", <{ number }>, timeout=<{ timeout }>)
<% endif %>
probe.request("GET", sys.argv[1])
sys.exit(probe.getresponse().status >= 400)
' <{ path }>
done
if command -v bash > /dev/null 2>&1; then
<% if scheme == "https" %>
  exec bash -c 'exec 3<> /dev/tcp/127.0.0.1/<{ number }>'
<% else %>
  exec bash -c 'exec 3<> /dev/tcp/127.0.0.1/<{ number }> &&
    printf "GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n" "$1" >&3 &&
    read -r -t <{ timeout }> _ status _ <&3 && [ "$status" -lt 400 ]' bash <{ path }>
<% endif %>
fi
echo "the image has none of curl, wget, python3, python and bash to check its health with" >&2
exit 1
