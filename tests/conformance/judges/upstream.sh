#!/usr/bin/env bash
# usage: upstream.sh GATEWAY NGINX HOST PATH
#   GATEWAY   the folder of an nginx with a route HOST, PATH to https://far.example.net:18444
#
# Starts that nginx as its image would, with its own ports moved, beside a DNS server and an HTTPS server that refuses who does
# not say which name is asked for. The request has to arrive there.
set -euo pipefail
gateway=$1 nginx=$2 host=$3 path=$4
work=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true; [ ! -s "$work/nginx.pid" ] || kill "$(cat "$work/nginx.pid")"; rm -rf "$work"' EXIT
fail() { echo "$*"; exit 1; }

mkdir "$work/conf.d"
openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj "/CN=far.example.net" \
  -keyout "$work/key.pem" -out "$work/cert.pem" 2>"$work/openssl.log" || fail "$(cat "$work/openssl.log")"
for file in "$gateway"/etc/nginx/conf.d/* "$gateway/etc/nginx/templates/routes.conf.template"; do
  sed -e 's/${DOOR_RESOLVERS}/127.0.0.1:18053/; s/${DOOR_SUFFIX}//g; s/listen 80;/listen 127.0.0.1:18081;/; s/listen 8089;/listen 127.0.0.1:18090;/' \
    "$file" >"$work/conf.d/$(basename "$file" .template)"
done
cat >"$work/nginx.conf" <<EOF
pid $work/nginx.pid; events {}
http { access_log off; client_body_temp_path $work; proxy_temp_path $work; fastcgi_temp_path $work;
uwsgi_temp_path $work; scgi_temp_path $work; include $work/conf.d/*.conf; }
EOF
cat >"$work/far.py" <<'PY'
import http.server, socket, ssl, sys, threading
work = sys.argv[1]

def names():
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 18053))
    while True:
        question, caller = server.recvfrom(512)
        end = question.index(b"\0", 12) + 5
        known = question[end - 4:end - 2] == b"\0\1"
        answer = question[:2] + b"\x81\x80\0\1" + (b"\0\1" if known else b"\0\0") + b"\0\0\0\0" + question[12:end]
        server.sendto(answer + (b"\xc0\x0c\0\1\0\1\0\0\0\x05\0\4\x7f\0\0\1" if known else b""), caller)

class Far(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.path.encode())
    def log_message(self, *_):
        pass

def asked(connection, name, _):
    return None if name == "far.example.net" else ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME

threading.Thread(target=names, daemon=True).start()
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(f"{work}/cert.pem", f"{work}/key.pem")
context.sni_callback = asked
server = http.server.ThreadingHTTPServer(("127.0.0.1", 18444), Far)
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
PY
"$nginx" -t -e "$work/error.log" -c "$work/nginx.conf" 2>"$work/test.log" || fail "nginx -t: $(cat "$work/test.log")"
python3 "$work/far.py" "$work" 2>"$work/far.log" & pids+=($!)
"$nginx" -e "$work/error.log" -c "$work/nginx.conf"
for _ in $(seq 50); do
  curl -s -k -o /dev/null --noproxy '*' --resolve far.example.net:18444:127.0.0.1 https://far.example.net:18444/ && break
  sleep 0.1
done
answer=$(curl -s --noproxy '*' --resolve "$host:18081:127.0.0.1" "http://$host:18081$path/a?b=1")
[ "$answer" = "$path/a?b=1" ] || fail "wanted \`$path/a?b=1\`, got \`$answer\` $(tail -3 "$work/error.log" "$work/far.log")"
