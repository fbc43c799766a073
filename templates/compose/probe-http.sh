<% macro curl() -%>
curl --fail --silent --show-error --noproxy "*" --insecure --globoff --max-time <{ timeout }> --output /dev/null <{ url }>
<%- endmacro %>
<% macro wget() -%>
http_proxy= https_proxy= wget -q<{ " --no-check-certificate" | verbatim if scheme == "https" else "" | verbatim }> -T <{ timeout }> -O /dev/null <{ url }>
<%- endmacro %>
<% macro python(program) -%>
<{ program | verbatim }> -c '
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
<%- endmacro %>
<% macro bash() -%>
<% if scheme == "https" %>
bash -c 'exec 3<> /dev/tcp/127.0.0.1/<{ number }>'
<%- else %>
bash -c 'exec 3<> /dev/tcp/127.0.0.1/<{ number }> &&
  printf "GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n" "$1" >&3 &&
  read -r -t <{ timeout }> _ status _ <&3 && [ "$status" -lt 400 ]' bash <{ path }>
<%- endif %>
<%- endmacro %>
<% if tool == "curl" %>
<{ curl() | verbatim }>
<% elif tool == "wget" %>
<{ wget() | verbatim }>
<% elif tool == "python" %>
<{ python("python") | verbatim }>
<% elif tool == "bash" %>
<{ bash() | verbatim }>
<% else %>
if command -v curl > /dev/null 2>&1; then
  <{ curl() | verbatim }>
elif command -v wget > /dev/null 2>&1; then
  <{ wget() | verbatim }>
elif python=$(command -v python3 || command -v python); then
  <{ python('"$python"') | verbatim }>
elif command -v bash > /dev/null 2>&1; then
  <{ bash() | verbatim }>
else
  echo "the image has none of curl, wget, python3, python and bash to check its health with" >&2
  exit 1
fi
<% endif %>
