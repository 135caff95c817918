#!/bin/sh
# How we try the API by hand.
BASE=http://localhost:3000

curl -sS -X POST http://localhost:3000/api/orders \
  -H 'Content-Type: application/json' \
  -H "Authorization: Bearer sk_live_4f9a8b7c6d5e" \
  -H 'X-Tenant: blue' \
  -d '{"amount": "100.00", "currency": "USD", "note": "it'\''s {braced} and ${not} the shell'\''s"}' | jq .id

curl http://localhost:3000/api/orders/ord_81f2/pay -H "Authorization: Bearer sk_live_4f9a8b7c6d5e" --json '{"amount":"100.00"}'
curl http://localhost:3000/api/orders/ord_81f2/pay -H "Authorization: Bearer sk_live_4f9a8b7c6d5e" --json '{"amount":"25.00"}'
curl -G http://localhost:3000/api/orders -d status=paid --data-urlencode 'customer=Ada Lovelace'
curl -sXDELETE "http://localhost:3000/api/orders/ord_81f2?api_key=$API_KEY" && echo done
curl -u ada:correct-horse-battery -F 'note=hello' -F file=@receipt.pdf http://localhost:3000/api/receipts
