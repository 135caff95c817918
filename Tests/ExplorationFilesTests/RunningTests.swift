import ExactJSON
import HTTPServer
import Rewind
import RewindHTTP
import Synchronization
import Testing

@testable import ExplorationFiles

/// What a file says, carried out against a server of the test's own.
@Suite struct `An exploration of a file` {
    /// Explores without systems, and gives the requests that were sent.
    private func explored(
        _ text: String, depth: Int = 1, headers: String = "{}",
        answering answer: @escaping @Sendable (HTTPRequest) -> HTTPResponse = { _ in .ok }
    ) async throws -> (result: ExplorationResult, requests: [HTTPRequest]) {
        let requests = Mutex<[HTTPRequest]>([])
        let server = try HTTPServer { request in
            requests.withLock { $0.append(request) }
            return answer(request)
        }
        defer { server.stop() }
        let file = try ExplorationFile(
            parsing: "api: { url: \"http://127.0.0.1:\(server.port)\", headers: \(headers) }\n" + text, file: "a.yaml",
            environment: [:])
        let world = World(api: try API(baseURL: "http://127.0.0.1:\(server.port)"))
        let result = await (try Explorer(file.exploration(), in: world, limits: Limits(depth: depth))).explore()
        return (result, requests.withLock { $0 })
    }

    @Test func `forms requests as templates say`() async throws {
        let (_, requests) = try await explored(
            """
            context: { id: "a/b c", count: 3, price: 100.10, flag: true, list: [1, {b: 1, a: x}], nothing: null }
            actions:
              send:
                PUT: /things/{id}/{{x}}
                query: { q: "{id}&", n: "{count}" }
                headers: { X-Count: "n={count}" }
                idempotency_key: "key-{count}"
                json: { count: "{count}", text: "{count}!", price: "{price}", flag: "{flag}", list: "{list}", n: 1.50 }
            """)
        let request = try #require(requests.first)
        #expect(request.method == "PUT")
        #expect(request.path == "/things/a/b c/{x}")
        #expect(request.query.map { "\($0.name)=\($0.value)" } == ["q=a/b c&", "n=3"])
        #expect(request.headers["X-Count"] == "n=3")
        #expect(request.headers["Idempotency-Key"] == "key-3")
        #expect(request.headers["Content-Type"] == "application/json")
        #expect(
            String(decoding: request.body, as: UTF8.self)
                == #"{"count":3,"text":"3!","price":100.10,"flag":true,"list":[1,{"a":"x","b":1}],"n":1.50}"#)
    }

    @Test func `sends forms, texts and parts`() async throws {
        let (_, requests) = try await explored(
            """
            actions:
              form: { POST: /form, form: { a: "1 & 2", b: ü } }
              text: { POST: /text, body: "<a/>", content_type: text/xml }
              parts:
                POST: /parts
                multipart: { note: hello, scan: { file: a.txt, content: body, type: text/plain } }
              none: { POST: /none }
            """)
        let sent = Dictionary(requests.map { ($0.path, $0) }) { first, _ in first }
        #expect(sent["/form"].map { String(decoding: $0.body, as: UTF8.self) } == "a=1%20%26%202&b=%C3%BC")
        #expect(sent["/form"]?.headers["Content-Type"] == "application/x-www-form-urlencoded")
        #expect(sent["/text"].map { String(decoding: $0.body, as: UTF8.self) } == "<a/>")
        #expect(sent["/text"]?.headers["Content-Type"] == "text/xml")
        #expect(sent["/parts"]?.headers["Content-Type"] == "multipart/form-data; boundary=rewind-boundary")
        #expect(
            sent["/parts"].map { String(decoding: $0.body, as: UTF8.self) } == """
                --rewind-boundary\r
                Content-Disposition: form-data; name="note"\r
                \r
                hello\r
                --rewind-boundary\r
                Content-Disposition: form-data; name="scan"; filename="a.txt"\r
                Content-Type: text/plain\r
                \r
                body\r
                --rewind-boundary--\r

                """)
        #expect(sent["/none"]?.headers["Content-Type"] == nil)
    }

    @Test func `has a new key for every request`() async throws {
        let (_, requests) = try await explored(
            """
            actions: { pay: { POST: /pay, idempotency_key: true, values: [1, 2, 3] } }
            laws: { idempotent_replay: { off: it sends a key again } }
            """)
        let keys = requests.compactMap { $0.headers["Idempotency-Key"] }
        #expect(keys.count >= 3)
        #expect(Set(keys).count == keys.count)
        #expect(keys[0].count == 36)
    }

    @Test func `carries common headers, but for those it does not know yet`() async throws {
        let (_, requests) = try await explored(
            """
            context: { token: null }
            actions:
              login: { when: token IS NULL, POST: /login, save: { token: $.token } }
              look: { GET: /look }
              own: { GET: /own, headers: { authorization: mine } }
            """, depth: 2, headers: "{ Authorization: \"Bearer {token}\", X-Tenant: t }"
        ) { _ in .json("{\"token\": \"t1\"}") }
        func values(_ path: String, _ name: String) -> Set<String> {
            Set(requests.filter { $0.path == path }.map { $0.headers[name] ?? "none" })
        }
        #expect(values("/login", "Authorization") == ["none"])
        #expect(values("/look", "Authorization") == ["none", "Bearer t1"])
        #expect(values("/own", "Authorization") == ["mine"])
        #expect(values("/own", "X-Tenant") == ["t"])
    }

    @Test func `saves from answers, and computes what follows`() async throws {
        let (result, requests) = try await explored(
            """
            context: { id: null, tag: x, code: null, last: null, none: 1, sum: 0, paid: false, seen: [] }
            actions:
              create:
                when: id IS NULL
                values: { amount: ["1.50", "2.50"], currency: [USD] }
                POST: /create
                save:
                  id: $.data[-1]['the id']
                  tag: { header: etag }
                  code: { status: true }
                  none: { json: $.missing, optional: true }
                set:
                  sum: sum + minor(amount, currency)
                  paid: reply ->> '$.paid'
                  seen: json_insert(seen, '$[#]', http_status)
              show: { when: id IS NOT NULL, POST: /show, json: ["{id}", "{tag}", "{code}", "{sum}", "{paid}", "{seen}"] }
            states: { of: paid, arrows: [ { create: false -> true }, { show: true -> true } ] }
            """, depth: 2
        ) { _ in
            HTTPResponse(
                status: 201, headers: ["ETag": "e1"],
                body: Array(#"{"data": [1, {"the id": 12345678901234567890}], "paid": true}"#.utf8))
        }
        #expect(result.violations.map(\.message) == [])
        let shown = Set(requests.filter { $0.path == "/show" }.map { String(decoding: $0.body, as: UTF8.self) })
        #expect(
            shown == [
                #"[12345678901234567890,"e1",201,150,true,[201]]"#, #"[12345678901234567890,"e1",201,250,true,[201]]"#,
            ])
        let labels = result.coverage.actions
        #expect(labels == ["create", "show"])
        #expect(result.statistics.states == 3)
    }

    @Test func `sends at the same time what the file says`() async throws {
        let (result, requests) = try await explored(
            """
            context: { last: null }
            actions:
              make: { values: [a, b], POST: "/{value}", set: { last: value } }
            concurrently:
              - [make(a), make(b)]
              - { actions: [make, make], when: last = 'a', rounds: 2, places: 1 }
            """, depth: 2
        ) { _ in HTTPResponse(status: 200) }
        #expect(result.races.map(\.name) == ["concurrently(make(a), make(b))", "concurrently(make, make)"])
        #expect(result.races.map(\.rounds) == [result.races[0].places * 10, 2])
        #expect(result.races.allSatisfy { $0.roundsTogether == $0.rounds && $0.anomalies == 0 })
        #expect(requests.count > 2 * result.races[0].rounds)
    }

    @Test func `tells accepted from refused as the file says`() async throws {
        let (result, _) = try await explored(
            """
            actions:
              usual: { POST: /204 }
              refusing: { POST: /404 }
              turned: { POST: /409, accepted: [409], refused: [2xx, 404] }
              saying: { POST: /200, accepted_when: "reply ->> '$.ok' = 1" }
              broken: { POST: /302 }
              several: { requests: [ { POST: /200 }, { POST: /404 }, { POST: /302 } ] }
            """
        ) { request in
            HTTPResponse(status: Int(request.path.dropFirst()) ?? 500, body: Array("{\"ok\": 0}".utf8))
        }
        let cells = result.coverage.actions.indices.map { result.coverage.total(action: $0) }
        #expect(cells.map(\.accepted) == [1, 0, 1, 0, 0, 0])
        #expect(cells.map(\.refused) == [0, 1, 0, 1, 0, 1])
        #expect(cells.map(\.failed) == [0, 0, 0, 0, 1, 0])
    }

    @Test func `shows the values at hand when an invariant is broken`() async throws {
        let (result, _) = try await explored(
            """
            context: { amount: 10, refunded: 25, status: paid }
            actions: { look: { GET: /look } }
            invariants:
              arithmetic: { check: refunded <= amount, severity: critical, description: Enough is there }
              elsewhere: { when: amount > 100, check: "0" }
              undefined: { check: "status = NULL" }
              status: { GET: /status, expect: { json: { $.status: "{status}", $.missing: 1 } } }
              missing: { GET: /status, expect: { json: { $.total: 1 } } }
              code: { GET: /status, expect: { status: [201, 4xx] } }
              shape: { GET: /status, expect: { check: "json_array_length(reply, '$.items') = 2" } }
              same: { GET: /status, expect: { json: { $.items: [1.0], $.status: open } } }
            """
        ) { _ in .json(#"{"status": "open", "items": [1]}"#) }
        let messages = Dictionary(result.violations.map { ($0.rule.name, $0.message) }) { first, _ in first }
        #expect(messages["arithmetic"] == "“refunded <= amount” is not true: refunded is 25, amount is 10.")
        #expect(messages["status"] == "GET /status answered 200, and $.status is “open” where “paid” was expected.")
        #expect(messages["missing"] == "GET /status answered 200, and there is no $.total where 1 was expected.")
        #expect(
            messages["code"]
                == "HTTP 200 to GET /status: {\"status\": \"open\", \"items\": [1]}, and 201 or 4xx was expected.")
        #expect(messages["shape"]?.hasPrefix("“json_array_length(reply, '$.items') = 2” is not true: reply is") == true)
        #expect(messages["elsewhere"] == nil)
        #expect(messages["same"] == nil)
        #expect(messages["undefined"] == nil)
        #expect(
            result.warnings.contains {
                $0.contains(
                    "“status = NULL” gives no value: it is null (status is “paid”), which is neither true nor false.")
            })
    }

    @Test func `says where a value is missing`() async throws {
        let (result, _) = try await explored(
            """
            context: { id: null, price: 1 }
            actions:
              look: { GET: "/look/{id}" }
              save: { POST: /save, save: { id: $.id } }
              when: { when: "price > 'a'", POST: /when }
            """)
        guard case .notDecided(let reasons) = result.verdict else {
            Issue.record("\(result.verdict)")
            return
        }
        #expect(
            reasons.contains { $0.contains("a.yaml:4:17: “id” is null, so the request can't be formed.") }, "\(reasons)"
        )
        #expect(reasons.contains { $0.contains("there is no $.id for “id” in the answer. HTTP 200 to POST /save") })
        #expect(reasons.contains { $0.contains("it compares the number 1 with the text “a”, which is never equal") })
    }

    @Test(arguments: [("", 4), ("identity: { only: [a] }\n", 2), ("identity: { ignore: [context.b] }\n", 2)])
    func `tells states apart as the file says`(identity: String, states: Int) async throws {
        let (result, _) = try await explored(
            identity + """
                context: { a: 0, b: [0] }
                actions:
                  first: { when: a = 0, POST: /a, set: { a: "1" } }
                  second: { when: "b ->> '$[0]' = 0", POST: /b, set: { b: "'[1.5]'" } }
                """, depth: 3)
        #expect(result.statistics.states == states)
    }

    @Test func `keeps what it is told to keep`() async throws {
        let (result, _) = try await explored(
            """
            actions:
              once: { POST: /once, at_most: 1 }
              forged: { POST: /forged, always_refused: true }
            laws: { no_server_error: { off: it is known } }
            """, depth: 3)
        #expect(result.statistics.states == 2)
        #expect(result.violations.map(\.rule.name) == ["forged_is_refused"])
        #expect(result.warnings.contains("The law no_server_error is switched off: it is known"))
    }
}

extension HTTPResponse {
    fileprivate static let ok = HTTPResponse(status: 200, body: Array("{}".utf8))

    fileprivate static func json(_ text: String) -> HTTPResponse { HTTPResponse(status: 200, body: Array(text.utf8)) }
}
