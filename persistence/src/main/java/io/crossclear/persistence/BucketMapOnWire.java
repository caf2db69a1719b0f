package io.crossclear.persistence;

import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializationConfig;
import com.fasterxml.jackson.databind.deser.Deserializers;
import com.fasterxml.jackson.databind.deser.std.StdDelegatingDeserializer;
import com.fasterxml.jackson.databind.ser.Serializers;
import com.fasterxml.jackson.databind.ser.std.StdDelegatingSerializer;
import com.fasterxml.jackson.databind.type.MapType;
import com.fasterxml.jackson.databind.type.TypeFactory;
import com.fasterxml.jackson.databind.util.Converter;
import io.crossclear.domain.money.BucketMap;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A bucket map is stored as the plain map that it is, in key order. Its buckets follow from hash
 * codes, which another Java may compute differently, so they are found anew when it is read.
 */
final class BucketMapOnWire {

  private BucketMapOnWire() {}

  private static MapType plain(TypeFactory types, JavaType bucketMap) {
    return types.constructMapType(
        TreeMap.class, bucketMap.containedTypeOrUnknown(0), bucketMap.containedTypeOrUnknown(1));
  }

  /** Finds the serializer of bucket maps. */
  static final class Writing extends Serializers.Base {
    @Override
    public @Nullable JsonSerializer<?> findSerializer(
        SerializationConfig config, JavaType type, BeanDescription description) {
      if (type.getRawClass() != BucketMap.class) {
        return null;
      }
      return new StdDelegatingSerializer(new Flatten<>(type, plain(config.getTypeFactory(), type)));
    }
  }

  /** Finds the deserializer of bucket maps. */
  static final class Reading extends Deserializers.Base {
    @Override
    public @Nullable JsonDeserializer<?> findBeanDeserializer(
        JavaType type, DeserializationConfig config, BeanDescription description) {
      if (type.getRawClass() != BucketMap.class) {
        return null;
      }
      return new StdDelegatingDeserializer<>(
          new Gather<>(plain(config.getTypeFactory(), type), type));
    }

    @Override
    public boolean hasDeserializerFor(DeserializationConfig config, Class<?> type) {
      return type == BucketMap.class;
    }
  }

  private record Flatten<K extends Comparable<K>, V>(JavaType input, JavaType output)
      implements Converter<BucketMap<K, V>, SortedMap<K, V>> {
    @Override
    public SortedMap<K, V> convert(BucketMap<K, V> map) {
      TreeMap<K, V> flat = new TreeMap<>();
      map.buckets().values().forEach(flat::putAll);
      return flat;
    }

    @Override
    public JavaType getInputType(TypeFactory types) {
      return input;
    }

    @Override
    public JavaType getOutputType(TypeFactory types) {
      return output;
    }
  }

  private record Gather<K extends Comparable<K>, V>(JavaType input, JavaType output)
      implements Converter<SortedMap<K, V>, BucketMap<K, V>> {
    @Override
    public BucketMap<K, V> convert(SortedMap<K, V> flat) {
      BucketMap<K, V> map = BucketMap.empty();
      for (var entry : flat.entrySet()) {
        map = map.with(entry.getKey(), entry.getValue());
      }
      return map;
    }

    @Override
    public JavaType getInputType(TypeFactory types) {
      return input;
    }

    @Override
    public JavaType getOutputType(TypeFactory types) {
      return output;
    }
  }
}
