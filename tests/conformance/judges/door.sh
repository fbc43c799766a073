#!/usr/bin/env bash
# usage: door.sh GATEWAY NGINX HOST PATH STRIPPED
#   GATEWAY   the folder of an nginx with routes: `config/COMPONENT` of a generated tree
#
# Starts that nginx as its image would, with its own ports moved and every component replaced by a stub, and sends requests
# through it: plain ones are sent to HTTPS, PATH arrives unchanged, STRIPPED is taken away, each request arrives at its own
# program, and nobody comes in without a log-in.
set -euo pipefail
gateway=$1 nginx=$2 host=$3 path=$4 stripped=$5
work=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true; [ ! -s "$work/nginx.pid" ] || kill "$(cat "$work/nginx.pid")"; rm -rf "$work"' EXIT
fail() { echo "$*"; exit 1; }

mkdir "$work/conf.d" "$work/tls"
openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj "/CN=$host" -addext "subjectAltName=DNS:$host" \
  -keyout "$work/key.pem" -out "$work/cert.pem" 2>"$work/openssl.log" || fail "$(cat "$work/openssl.log")"
. "$gateway/etc/mlopsgen/door.sh"
[ -n "$DOOR_RESOLVERS" ] || fail "door.sh finds no resolver"
python3 - "$gateway" "$work" <<'PY'
import os, pathlib, re, sys
gateway, work = map(pathlib.Path, sys.argv[1:])
text = (gateway / "etc/nginx/templates/routes.conf.template").read_text()
# As envsubst in the image: only what the environment has is replaced.
text = re.sub(r"\$\{(\w+)\}", lambda m: os.environ.get(m[1], m[0]), text)
(work / "conf.d/routes.conf").write_text(text)
for file in (gateway / "etc/nginx/conf.d").iterdir():
    (work / "conf.d" / file.name).write_text(file.read_text())
ports = {"80": "18080", "443": "18443", "8089": "18089"}
for file in (work / "conf.d").iterdir():
    text = file.read_text()
    text = re.sub(r"listen (\d+)", lambda m: f"listen 127.0.0.1:{ports[m[1]]}", text)
    text = re.sub(r"(set \$door_login \w+://)oauth2-proxy[^;]*", r"\g<1>127.0.0.1:18001", text)
    text = re.sub(r"(set \$door_to \w+://)(?!127)[^;]*", r"\g<1>127.0.0.1:18002", text)
    for secret in set(re.findall(r"/etc/mlopsgen/tls/([\w-]+)\.pem", text)):
        pem = (work / "cert.pem").read_text() + (work / "key.pem").read_text()
        (work / "tls" / f"{secret}.pem").write_text(pem)
    file.write_text(text.replace("/etc/mlopsgen/tls", f"{work}/tls"))
(work / "nginx.conf").write_text(f"""pid {work}/nginx.pid; events {{}}
http {{ access_log off; client_body_temp_path {work}; proxy_temp_path {work}; fastcgi_temp_path {work};
uwsgi_temp_path {work}; scgi_temp_path {work}; include {work}/conf.d/*.conf; }}""")
(work / "stub.py").write_text("""
import http.server, sys
port = int(sys.argv[1])
class Stub(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        status, body, headers = 200, self.path, {}
        if port == 18001 and self.path == "/oauth2/auth":
            status = 202 if "session=good" in self.headers.get("Cookie", "") else 401
        elif port == 18001 and self.path == "/oauth2/start":
            status, headers = 302, {"Location": "https://login/" + self.headers["X-Auth-Request-Redirect"]}
        else:
            program = "the log-in " if port == 18001 else ""
            names = ["X-Forwarded-Proto", "Host", "X-Forwarded-Prefix"]
            body = " ".join([program + body] + [self.headers[name] for name in names if name in self.headers])
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())
    def log_message(self, *_):
        pass
http.server.ThreadingHTTPServer(("127.0.0.1", port), Stub).serve_forever()
""")
PY
export DOOR_RESOLVERS DOOR_SUFFIX
"$nginx" -t -e "$work/error.log" -c "$work/nginx.conf" 2>"$work/test.log" || fail "nginx -t: $(cat "$work/test.log")"
for port in 18001 18002; do python3 "$work/stub.py" "$port" & pids+=($!); done
"$nginx" -e "$work/error.log" -c "$work/nginx.conf"
for _ in $(seq 50); do
  curl -s -o /dev/null --noproxy '*' http://127.0.0.1:18002/ && curl -s -o /dev/null --noproxy '*' http://127.0.0.1:18001/ && break
  sleep 0.1
done

ask() { # what curl writes of a request for $1, with further arguments
  curl -s --noproxy '*' --cacert "$work/cert.pem" --resolve "$host:18080:127.0.0.1" --resolve "$host:18443:127.0.0.1" "${@:2}" "$1"
}
expect() { # $1 is what was asked, $2 the answer, $3 what it should be
  [ "$2" = "$3" ] || fail "$1: wanted \`$3\`, got \`$2\`"
}
way='%{http_code} %{redirect_url}'
expect "plain HTTP" "$(ask "http://$host:18080$path/a?b=1&c=2" -o /dev/null -w "$way")" "301 https://$host$path/a?b=1&c=2"
expect "nobody" "$(ask "https://$host:18443$path/a?b=1&c=2" -o /dev/null -w "$way")" "302 https://login/$path/a?b=1&c=2"
good=(-H "Cookie: session=good")
expect "somebody" "$(ask "https://$host:18443$path/a?b=1&c=2" "${good[@]}")" "$path/a?b=1&c=2 https $host:18443"
expect "the path itself" "$(ask "https://$host:18443$path" "${good[@]}")" "$path https $host:18443"
expect "a stripped path" "$(ask "https://$host:18443$stripped/a%20b/c?d=1" "${good[@]}")" "/a%20b/c?d=1 https $host:18443 $stripped"
expect "the stripped path itself" "$(ask "https://$host:18443$stripped" "${good[@]}")" "/ https $host:18443 $stripped"
expect "the log-in itself" "$(ask "https://$host:18443/oauth2/x")" "the log-in /oauth2/x https $host:18443"
expect "behind another door" "$(ask "http://$host:18080$path/" "${good[@]}" -H "X-Forwarded-Proto: https")" "$path/ https $host:18080"
expect "the inner question" "$(ask "https://$host:18443/oauth2/auth" -o /dev/null -w '%{http_code}')" "404"
expect "another host" "$(curl -s --noproxy '*' -o /dev/null -w '%{http_code}' http://127.0.0.1:18080/)" "404"
