/// Files in which every feature of the format occurs.
enum GoodFiles {
    /// The smallest exploration.
    static let smallest = """
        api: { url: "http://127.0.0.1:8080" }
        actions:
          ping: { GET: /health }
        """

    /// The example of `docs/exploration-files.md`.
    static let payments = #"""
        # yaml-language-server: $schema=exploration.schema.json
        name: payments

        api:
          start:
            command: [python3, server.py, --port, "{port}", --database, "{database}"]
            health: /health

        systems:
          - sqlite: orders-test.sqlite

        context:                       # what the tester knows, before any action
          order: null
          status: null
          amount: 0
          refunded: 0

        actions:
          create_order:
            when: order IS NULL
            POST: /orders
            json: { amount: "100.00", currency: USD, customer_id: cust_123 }
            save: { order: $.id, status: $.status }
            set: { amount: "minor(reply ->> '$.amount', 'USD')" }

          pay_order:
            when: order IS NOT NULL
            POST: /orders/{order}/pay
            save: { status: $.status }

          partial_refund:
            when: order IS NOT NULL
            values: ["25.00", "100.01", "-25.00"]
            POST: /orders/{order}/refund
            json: { amount: "{value}" }
            save: { status: $.status }
            set: { refunded: "refunded + minor(value, 'USD')" }

        invariants:
          no_over_refund:
            check: refunded <= amount
            severity: critical
            description: Refunds never exceed the order's amount
          refunds_are_positive:
            sql: SELECT id FROM refunds WHERE amount_minor <= 0
          status_is_shown:
            when: order IS NOT NULL
            GET: /orders/{order}
            expect: { json: { $.status: "{status}" } }

        states:
          of: status
          arrows:
            - create_order: none -> pending
            - pay_order: pending -> paid
            - partial_refund: paid -> paid, refunded
        """#

    /// What the other one leaves out.
    static let everything = #"""
        name: 42
        api:
          url: http://127.0.0.1:{port}/v1
          headers: { X-Version: 2, X-User: "{user}" }
          timeout: 500ms
          auth:
            login:
              POST: /login
              form: { user: "{user}", password: "${PASSWORD:-secret}" }
              accepted: 201
              token: $['access-token']
              header: X-Token
              prefix: "Token "
          start:
            command: [server, "{port}"]
            prepare: [[migrate, "{database}"], [seed]]
            directory: api
            environment: { DATABASE_URL: "{database}", DEBUG: true, N: 1 }
            health: /ready
            within: 2m
            log: api.log
        systems:
          - { sqlite: a-test.sqlite, name: shop }
          - { postgres: "${DATABASE_URL:-postgresql:///b_test}", name: ledger }
        context:
          user: alice
          id: null
          code: 007
          price: 1.50
          on: no
          flags: { a: [1, true, null], b: "{not a template}" }
          etag: null
          status: null
          http: null
        actions:
          create:
            values: { size: [1, 2.50, big], colour: [red, null] }
            POST: /things
            query: { dry: false, size: "{size}" }
            headers: { If-None-Match: "*" }
            json: [ "{size}", { of: "{colour}", text: "a {{brace}} and {user}" }, 1.10, null, true ]
            idempotency_key: true
            accepted: [201, 2xx]
            refused: [4XX, 503]
            save:
              id: $.things[-1].id
              etag: { header: ETag, optional: true }
              http: { status: true }
              status: { json: "$", optional: true }
            at_most: 3
          upload:
            when: id IS NOT NULL
            requests:
              - POST: /things/{id}/files
                multipart:
                  note: hello
                  scan: { file: "{user}.png", content: "…", type: image/png }
                idempotency_key: { header: X-Key, value: "{id}-{user}" }
              - PUT: /things/{id}
                body: |
                  id={id}
                  user={user}
                content_type: text/plain
                idempotency_key: key-of-{id}
                save: { status: $.status }
          forbidden:
            DELETE: /things
            always_refused: true
            idempotency_key: false
        invariants:
          known: { sql: "SELECT 1 FROM things WHERE owner <> {user}", system: ledger, when: id IS NOT NULL, severity: low }
          answers:
            HEAD: /things
            expect: { status: [200, 204], json: { "$.a['b c'][0]": { x: "{status}" } }, check: http_status = 200 }
        states:
          of: status
          mermaid: |
            %% a comment
            stateDiagram-v2
              direction LR
              state "New and shiny" as new
              [*] --> new : create
              new --> new: upload
              note right of new : one line
              note left of new
                several --> lines : nobody
              end note
              new --> [*]
        laws:
          safe_methods_change_nothing: { off: reading is counted }
        identity: { only: [status, id], ignore: [things.note, context.etag], ignore_tables: log, compare_as_is: things.at }
        exempt: [audit, log]
        concurrently:
          - [forbidden, forbidden]
          - { actions: [create, forbidden], when: id IS NULL, rounds: 3, places: 7 }
        limits: { steps: 1000, depth: 5, time: 30s, violations: 3, rounds: 12, strategy: novelty, seed: 18446744073709551615, workers: 2 }
        """#
}
