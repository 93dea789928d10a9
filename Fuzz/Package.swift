// swift-tools-version: 6.2
import PackageDescription

// libFuzzer's coverage in every module. Optimised, because speed finds more; overflow and
// bounds are checked all the same. `-enable-testing` reaches internal types.
let instrumented: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
    .unsafeFlags(["-sanitize=fuzzer", "-parse-as-library", "-enable-testing"]),
]

let package = Package(
    name: "viva-fuzz",
    targets: [
        // Links to the sources of the product: see README.md for the reason.
        .target(name: "RealtimeProtocol", swiftSettings: instrumented),
        .target(name: "ProtocolProperties", dependencies: ["RealtimeProtocol"], swiftSettings: instrumented),
        .target(name: "VoiceEngineCores", dependencies: ["RealtimeProtocol"], swiftSettings: instrumented),

        .target(name: "CLibFuzzer", path: "Targets/CLibFuzzer"),
        .executableTarget(
            name: "Fuzz",
            dependencies: ["CLibFuzzer", "ProtocolProperties", "RealtimeProtocol", "VoiceEngineCores"],
            path: "Targets/Fuzz",
            swiftSettings: instrumented,
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]
        ),
    ]
)
