// A signed call through the exchange, in Java 17 with nothing but the JDK.
//
//     java Call.java settings.json
//
// settings.json holds gateway, client, service, path, kid and the private key's file, as `maidinh exchange sandbox` writes it.

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

public class Call {
    public static void main(String[] arguments) throws Exception {
        String settings = Files.readString(Path.of(arguments[0]));
        String client = read(settings, "client"), service = read(settings, "service");
        String target = "/r1/" + encoded(service) + read(settings, "path");
        long now = System.currentTimeMillis() / 1000;

        String header = "{\"alg\":\"ES256\",\"kid\":\"" + read(settings, "kid") + "\",\"typ\":\"maidinh-call+jwt\"}";
        String claims = "{\"iss\":\"" + client + "\",\"aud\":\"" + service.split("/")[0] + "\""
            + ",\"iat\":" + now + ",\"exp\":" + (now + 300)
            + ",\"jti\":\"" + UUID.randomUUID() + "\"" // never used before
            + ",\"htm\":\"GET\",\"htu\":\"" + target + "\"" // exactly as it is sent
            + ",\"bsh\":\"" + base64url(MessageDigest.getInstance("SHA-256").digest(new byte[0])) + "\"}";
        String signed = base64url(header.getBytes(StandardCharsets.UTF_8)) + "."
            + base64url(claims.getBytes(StandardCharsets.UTF_8));
        Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
        signature.initSign(privateKey(Path.of(read(settings, "key"))));
        signature.update(signed.getBytes(StandardCharsets.US_ASCII));
        String token = signed + "." + base64url(signature.sign());

        HttpRequest request = HttpRequest.newBuilder(URI.create(read(settings, "gateway") + target))
            .version(HttpClient.Version.HTTP_1_1)
            .header("X-Road-Client", encoded(client))
            .header("Authorization", "Bearer " + token)
            .build();
        HttpResponse<String> answer = HttpClient.newHttpClient()
            .send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        boolean refused = answer.headers().firstValue("X-Road-Error").isPresent();
        var tell = refused ? System.err : System.out;
        tell.println(answer.statusCode() + " " + answer.headers().firstValue("X-Road-Id").orElse(""));
        tell.println(answer.body()); // when refused: type, message with the reason's word, id to ask about
        System.exit(refused ? 1 : 0);
    }

    // settings.json is flat, with plain texts; a program of yours has a JSON library.
    static String read(String settings, String name) {
        Matcher found = Pattern.compile("\"" + name + "\"\\s*:\\s*\"([^\"]*)\"").matcher(settings);
        if (!found.find()) throw new IllegalArgumentException("settings.json has no " + name);
        return found.group(1);
    }

    static String encoded(String identifier) {
        return Arrays.stream(identifier.split("/"))
            .map(part -> URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20"))
            .collect(Collectors.joining("/"));
    }

    static String base64url(byte[] data) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(data);
    }

    static PrivateKey privateKey(Path file) throws Exception {
        String text = Files.readString(file).replaceAll("-----[A-Z ]+-----|\\s", "");
        return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(text)));
    }
}
