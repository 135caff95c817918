import HTTPServer

/// `GET /openapi.json`: what `docs/openapi.json` says, built into the program.
enum OpenAPI {
    static func answer() -> HTTPResponse {
        HTTPResponse(
            status: 200, headers: ["Content-Type": "application/json"], body: PackageResources.openapi_json)
    }
}
