# The reference agent, as its Dockerfile makes it, under a second tag as well: for the test of a rollout.
stand_in registry.example.com/ai-agent --alias registry.example.com/ai-agent:1.4.3 \
  --add-user app:10001:10001 --from-packages 'python3 python3-venv ca-certificates' --copy examples/agent:/app \
  --run 'python3 -m venv /opt/venv && /opt/venv/bin/pip install -q --no-cache-dir --require-hashes -r /app/requirements.txt' \
  --env PATH=/opt/venv/bin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin --env PYTHONUNBUFFERED=1 --env PYTHONDONTWRITEBYTECODE=1 \
  --user 10001:10001 --workdir /app --cmd '["gunicorn", "app:app"]'
