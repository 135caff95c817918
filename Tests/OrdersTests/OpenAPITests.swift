import Foundation
import HTTPServer
import Orders
import PaymentProviders
import Testing

@testable import OrdersServer

/// The document that the service gives of itself, held against the service.
@Suite struct `The OpenAPI document` {
    @Test(arguments: [true, false]) func `is served as it is in the repository`(withProvider: Bool) throws {
        let service = try withProvider ? Shop(on: .sqlite).service : Service(on: .sqlite)
        let served = try service.client.get("/openapi.json")
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../docs/openapi.json").standardizedFileURL
        #expect(served.status == 200 && served.headers["content-type"] == "application/json")
        #expect(try served.body == [UInt8](Data(contentsOf: file)))
        #expect(served["openapi"] == "3.1.0")
    }

    @Test func `has every route with its methods, and no other`() throws {
        let document = try OpenAPIDocument(OpenAPI.answer().body)
        let documented = Set(document.operations.map { "\($0.method) \($0.path)" })
        let routed = Route.examples.flatMap { route in
            route.allowedMethods.filter { $0 != "HEAD" }.map { "\($0) \(route.template)" }
        }
        #expect(documented == Set(routed))
        #expect(Set(routed).count == routed.count)
        for route in Route.examples {
            #expect(try Route(path: Self.path(route.template)) == route, "\(route.template)")
            #expect(route.allowedMethods.contains("HEAD") == route.allowedMethods.contains("GET"))
        }
    }

    @Test func `says what each route needs`() throws {
        for operation in try OpenAPIDocument(OpenAPI.answer().body).operations {
            let needs = operation.content["x-requires"] as? [String] ?? []
            let route = try Route(path: Self.path(operation.path))
            #expect(needs.contains("provider") == route.needsProvider, "\(operation.path)")
            #expect(needs.contains("test clock") == route.needsTestClock, "\(operation.path)")
            let parameters = (operation.content["parameters"] as? [[String: String]] ?? []).compactMap { $0["$ref"] }
            #expect(
                parameters.contains("#/components/parameters/IdempotencyKey") == route.takesKey, "\(operation.path)")
        }
    }

    @Test func `has examples that fit its own schemas`() throws {
        let document = try OpenAPIDocument(OpenAPI.answer().body)
        for operation in document.operations {
            guard let schema = document.requestSchema(of: operation.content) else { continue }
            let examples = document.exampleBodies(of: operation.content)
            #expect(!examples.isEmpty, "\(operation.path)")
            for example in examples {
                let value = try JSONSerialization.jsonObject(with: Data(example.utf8))
                #expect(document.complaints(about: value, by: schema, at: operation.path).isEmpty)
            }
        }
    }

    /// What the service is in when each example is sent.
    static let stages = OrderStatus.allCases.map(\.rawValue) + ["nothing", "paid out", "asked back", "in the dark"]

    /// On one database: that both give the same answers is tested elsewhere.
    @Test(arguments: stages) func `foresees every answer`(stage: String) throws {
        let document = try OpenAPIDocument(OpenAPI.answer().body)
        for operation in document.operations {
            let examples = document.exampleBodies(of: operation.content)
            let bodies = operation.method == "GET" ? [""] : examples + ["", "{", #"{"amount":"0.001"}"#]
            for body in bodies {
                let shop = try stagedShop(stage)
                // The second time the key is known, and the third time it belongs to another request.
                for (number, sent) in [body, body, body + " "].enumerated() {
                    let answer = try shop.service.client.request(
                        operation.method, Self.path(operation.path), sent, headers: ["Idempotency-Key: k"])
                    let request = "\(operation.method) \(operation.path) \(sent) (\(number), \(stage))"
                    guard let response = document.response(answer.status, of: operation.content) else {
                        Issue.record("\(request): \(answer.outcome) is not documented")
                        continue
                    }
                    let complaints = document.complaints(about: answer.text, in: response)
                    #expect(complaints.isEmpty, "\(request): \(complaints)")
                }
            }
        }
    }

    @Test func `is checked by something that complains`() throws {
        let document = try OpenAPIDocument(OpenAPI.answer().body)
        let get = try #require(document.operations.first { $0.path == "/health" })
        let response = try #require(document.response(200, of: get.content))
        #expect(document.complaints(about: #"{"status":"ok"}"#, in: response).isEmpty)
        for wrong in [#"{}"#, #"{"status":"down"}"#, #"{"status":1}"#, #"{"status":"ok","x":1}"#, "[]", "ok"] {
            #expect(document.complaints(about: wrong, in: response).count == 1, "\(wrong)")
        }
        #expect(document.response(201, of: get.content) == nil)
    }

    /// A service whose order 1, if there is any, has come to that stage, with a subscription.
    private func stagedShop(_ stage: String) throws -> Shop {
        let shop = try Shop(on: .sqlite)
        if let status = OrderStatus(rawValue: stage) {
            _ = try shop.order(in: status)
        } else if stage == "in the dark" {
            shop.provider.script(authorize: .effectThenLostReply())
            _ = try shop.post(shop.service.newOrder() + "/pay")
        } else if stage != "nothing" {
            _ = try shop.post(shop.order(in: .captured) + "/payout", #"{"seller_id":"s1"}"#)
            _ = try shop.subscribe()
            _ = try shop.tellPayout(.succeeded, toProviderToo: true)
            if stage == "asked back" { _ = try shop.post("/payouts/1/reverse") }
        }
        return shop
    }

    private static func path(_ template: String) -> String { template.replacingOccurrences(of: "{id}", with: "1") }
}
