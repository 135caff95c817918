import PaymentProviders
import Testing

struct ProviderErrorTests {
    private static let id = ProviderID(rawValue: "ref_1")

    @Test(arguments: [
        (
            ProviderError.rejected(
                .init(httpStatus: 400, type: "invalid_request", code: "IR_13", message: "Too much.")),
            "The provider rejected the request (400 IR_13, invalid_request): Too much."
        ),
        (
            .rejected(.init(httpStatus: 0, type: "client", code: "not_sent", message: "“” is no id.")),
            "The request cannot be sent: “” is no id."
        ),
        (
            .unknown(.init(id: id, reason: "HTTP 503")),
            "It is not known whether the provider did it: HTTP 503. Look up ref_1, or send the same request with the "
                + "same key."
        ),
        (
            .unknown(.init(id: nil, reason: "HTTP 503")),
            "It is not known whether the provider did it: HTTP 503."
        ),
        (
            .unknown(.init(id: id, reason: "connection refused", wasNotSent: true)),
            "Nothing was sent: connection refused. The same request with the same key may be sent again."
        ),
        (
            .unusable(.init(id: id, httpStatus: 200, reason: "amount is missing")),
            "The provider answered 200 with something its API does not promise: amount is missing. Look up ref_1 "
                + "before anything else."
        ),
    ])
    func `an error says what happened and what to do`(error: ProviderError, sentence: String) {
        #expect(error.description == sentence)
    }
}
